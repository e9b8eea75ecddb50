using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using EosMLNet.Build.Exchange;
using EosMLNet.Tool;
using EosMLNet.Tool.Tests;

namespace Faults.Tests;

/// <summary>
/// What is written goes to other people and machines. It tells nothing of the machine that it was made on. By design two things do: the
/// stamp and the request of a build, which stay in <c>obj</c>, and a saved model that is too large for its weights, which says where they
/// are. What commands print, or write as <c>--json</c>, of a path that they were asked about has that path.
/// </summary>
public sealed class PrivacyTests : IDisposable
{
    private const string Secret = "hunter2-of-nobody-else", User = "jane-q-telling", Host = "telling-host";
    private readonly TinyModel tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void No_artifact_plan_report_or_summary_has_a_path_a_name_or_a_secret_of_the_machine()
    {
        var home = tiny[$"home/{User}/secret-project"];
        foreach (var folder in (string[])[tiny.Model, tiny.Images])
            Copy(folder, Path.Combine(home, Path.GetFileName(folder)));
        File.Copy(tiny.Table, Path.Combine(home, "rows.tsv"));
        string[] questions = ["--model", At("model"), "--data", At("rows.tsv"), "--images", At("images")];
        Eos(["search", .. questions, "--device", "cpu", "--batch-size", "2", "--mean-visual-tokens", "4", "--steps", "2",
            "--output", At("out/plan.json"), "--artifact", At("out/model.zip"), "--json", At("out/search.json")]);
        Eos(["export", "--model", At("model"), "--plan", At("out/plan.json"), "--output", At("out/exported"),
            "--json", At("out/export.json")]);
        Eos(["export", "--model", At("model"), "--output", At("out/genai"), "--layout", "genai"]);
        Directory.CreateDirectory(At("out/build"));
        Eos(["build", "--request", RequestFile.Write(
            At("request.rsp"), At("model"), At("rows.tsv"), At("images"), At("out/build/vqa.zip"), At("out/cache"),
            (BuildRequest.ValidationData, At("rows.tsv")), (BuildRequest.Report, At("out/build/report.html")),
            (BuildRequest.Plan, At("out/committed/vqa.plan.json")))]);

        var written = Directory.GetFiles(At("out"), "*", SearchOption.AllDirectories);
        Assert.All(["vqa.zip", "vqa.summary.json", "report.html"], name => Assert.Contains(At($"out/build/{name}"), written));
        Assert.Contains(At("out/committed/vqa.plan.json"), written);
        var stamp = At("out/build/vqa.stamp");
        Assert.NotEmpty(Told(File.ReadAllBytes(stamp))); // what is looked for is found where it is
        Assert.Equal("", string.Join('\n',
            from file in written.Where(file => file != stamp)
            from part in Contents(file)
            from told in Told(part.Bytes)
            select $"{Path.GetRelativePath(At("out"), file)} {part.Name}: {told}"));

        string At(string name) => Path.Combine(home, name);
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Contents(string file)
    {
        var bytes = File.ReadAllBytes(file);
        yield return ("", bytes);
        if (!bytes.AsSpan().StartsWith("PK"u8))
            yield break;
        using var zip = ZipFile.OpenRead(file);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            yield return (entry.FullName, content.ToArray());
        }
    }

    private IEnumerable<string> Told(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        string[] words = [Secret, User, Host, "SECRET_TOKEN", "secret-project",
            .. new[] { tiny[""], AppContext.BaseDirectory }.Select(Path.TrimEndingDirectorySeparator)];
        return words.Where(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))
            .Concat(Regex.IsMatch(text, @"(?<![\w.:/])/(home|root|Users|tmp)/") ? ["a path"] : Array.Empty<string>());
    }

    private static void Eos(string[] arguments)
    {
        // In a machine of another name, where that is possible: this one's may be a word.
        string[] host = Environment.IsPrivilegedProcess ? ["unshare", "--uts", "sh", "-c", $"hostname {Host}; exec \"$@\"", "-"] : ["env"];
        string[] command = [.. host, "dotnet", typeof(EosCommandLine).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
            { ("SECRET_TOKEN", Secret), ("USER", User), ("LOGNAME", User), ("USERNAME", User), ("HOSTNAME", Host) })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"eos {arguments[0]}: {error.Result}{output}");
        Assert.DoesNotContain(Secret, output + error.Result);
        Assert.DoesNotContain(Host, output + error.Result);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
