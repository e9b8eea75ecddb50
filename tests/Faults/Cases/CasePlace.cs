using System.Diagnostics;
using EosMLNet.Tool;
using EosMLNet.Tool.Tests;

namespace Faults.Cases;

/// <summary>A small model, its questions and results, and ways to take something away from who works with them.</summary>
internal sealed class CasePlace : IDisposable
{
    private static readonly string[] AnotherUser = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    private readonly TinyModel tiny = new();
    private readonly List<string> mounts = [];
    private string? plan;

    internal string Root => Path.TrimEndingDirectorySeparator(tiny[""]);
    internal string Model => tiny.Model;
    internal string Images => tiny.Images;
    internal string Table => tiny.Table;

    /// <summary>A plan for the model.</summary>
    internal string Plan => plan ??= tiny.Plan(4);

    /// <summary>The path of a file in the place.</summary>
    internal string this[string name] => tiny[name];

    private string[] Questions => ["--model", Model, "--data", Table, "--images", Images];

    /// <summary>A new folder.</summary>
    internal string Folder(string name) => Directory.CreateDirectory(tiny[name]).FullName;

    /// <summary>The arguments of a short search, and those behind them.</summary>
    internal string[] Search(string output, params string[] more) =>
        ["search", .. Questions, "--device", "cpu", "--batch-size", "2", "--mean-visual-tokens", "4", "--output", output, .. more,
            .. more.Contains("--steps") ? Array.Empty<string>() : ["--steps", "3"]];

    /// <summary>Those of an evaluation.</summary>
    internal string[] Evaluate(string predictions) => ["evaluate", .. Questions, "--max-new-tokens", "2", "--predictions", predictions];

    /// <summary>Those of a report.</summary>
    internal string[] Report(string output) => ["report", .. Questions, "--plan", Plan, "--output", output];

    /// <summary>Those of an export, and those behind them.</summary>
    internal string[] Export(string output, params string[] more) => ["export", "--model", Model, "--output", output, .. more];

    /// <summary>Those of a build's worker.</summary>
    /// <param name="output">The artifact.</param>
    /// <param name="cache">The cache; one in the place where there is none.</param>
    /// <param name="request">The name of the request's file.</param>
    internal string[] Build(string output, string? cache = null, string request = "request.rsp") =>
        ["build", "--request", RequestFile.Write(tiny[request], Model, Table, Images, output, cache ?? tiny["cache"])];

    /// <summary>Runs <c>eos</c> in a process of its own.</summary>
    internal CaseRun Eos(params string[] arguments) => Started([], arguments);

    /// <summary>Starts it, for those who do something to it before it ends.</summary>
    internal static Process Begin(params string[] arguments) =>
        Begin(["dotnet", typeof(EosCommandLine).Assembly.Location, .. arguments], new Dictionary<string, string?>());

    /// <summary>Waits until a program has ended, and ends one that does not.</summary>
    internal static CaseRun Ended(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var hung = !process.WaitForExit(TimeSpan.FromMinutes(10));
        if (hung)
            process.Kill(entireProcessTree: true);
        return new(hung ? CaseRun.Hung : process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Runs <c>eos</c> as a user who owns nothing, in a folder that everybody may enter.</summary>
    internal CaseRun EosAsAnother(params string[] arguments)
    {
        File.SetUnixFileMode(tiny[""], (UnixFileMode)0b111_101_101);
        return Started(AnotherUser, arguments);
    }

    /// <summary>The same behind another command, such as <c>prlimit</c>.</summary>
    internal CaseRun Started(IEnumerable<string> prefix, params string[] arguments) =>
        Run([.. prefix, "dotnet", typeof(EosCommandLine).Assembly.Location, .. arguments], new Dictionary<string, string?>());

    /// <summary>The same with variables.</summary>
    internal CaseRun With(IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        Run(["dotnet", typeof(EosCommandLine).Assembly.Location, .. arguments], variables);

    /// <summary>Runs a line of the shell, in which <c>$EOS</c> is the program.</summary>
    internal CaseRun Shell(string line) => Run(["bash", "-c", line],
        new Dictionary<string, string?> { ["EOS"] = $"dotnet {typeof(EosCommandLine).Assembly.Location}" });

    /// <summary>A new folder on a disk of this size.</summary>
    internal string Disk(string name, string size) => Mounted(name, "-t", "tmpfs", "-o", $"size={size}", "tmpfs");

    /// <summary>Fills what is left of a disk.</summary>
    internal static void Fill(string folder)
    {
        using var file = new FileStream(Path.Combine(folder, "full"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var (page, byteOnly) = (new byte[4096], new byte[1]);
        foreach (var block in (byte[][])[page, byteOnly])
        {
            try
            {
                while (true)
                    file.Write(block);
            }
            catch (IOException)
            {
                // no more of this size
            }
        }
    }

    /// <summary>Makes a disk one that can only be read.</summary>
    internal static void MakeReadOnly(string folder) => Must("mount", "-o", "remount,ro", folder);

    public void Dispose()
    {
        foreach (var folder in mounts)
            Must("umount", "-l", folder);
        tiny.Dispose();
    }

    private string Mounted(string name, params string[] arguments)
    {
        var folder = Directory.CreateDirectory(tiny[name]).FullName;
        Must("mount", [.. arguments, folder]);
        mounts.Add(folder);
        return folder;
    }

    private static void Must(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new CaseSkippedException($"{program}: {error.Trim()}");
    }

    private static CaseRun Run(string[] command, IReadOnlyDictionary<string, string?> variables)
    {
        using var process = Begin(command, variables);
        return Ended(process);
    }

    private static Process Begin(string[] command, IReadOnlyDictionary<string, string?> variables)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var process = Start(start);
        process.StandardInput.Close();
        return process;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CaseSkippedException($"there is no {start.FileName}");
        }
    }
}
