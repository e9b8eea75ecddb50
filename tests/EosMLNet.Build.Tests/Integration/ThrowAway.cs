using System.Diagnostics;
using System.Security;
using EosMLNet.Tests.Terminal;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>
/// A folder with a small project that references the package, a model and data, cut off from everything around it: no file above it is read, no other feed, package folder or cache is used.
/// </summary>
internal sealed class ThrowAway : IDisposable
{
    private static readonly Lazy<(string Root, Dictionary<string, string> Content)> RestoredFiles = new(Restore);
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string?> environment = [];
    private readonly bool byServer;

    /// <param name="name">A folder below the temporary one, to try strange characters.</param>
    /// <param name="byServer">Builds run in <see cref="BuildServers"/>; else each has a process of its own.</param>
    internal ThrowAway(string name = "app", bool byServer = true)
    {
        this.byServer = byServer;
        Root = Directory.CreateDirectory(folder[name]).FullName;
        Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <EosWorkerPath Condition="'$(EosWorkerPath)' == ''">{Xml(typeof(ThrowAway).Assembly.Location)}</EosWorkerPath>
                <!-- A hundred megabytes of natives in each output are linked, not copied. -->
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <!-- Hundreds of builds: what says nothing of the package is left out. -->
                <RunAnalyzers>false</RunAnalyzers>
                <NuGetAudit>false</NuGetAudit>
                <!-- Most of these programs are never run. -->
                <EosLibTorchWarning Condition="'$(EosLibTorchWarning)' == ''">false</EosLibTorchWarning>
              </PropertyGroup>
            </Project>
            """);
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        // Packages of others are taken from where they are unpacked already.
        Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{Xml(LocalFeed.Path)}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="unpacked" value="{Xml(LocalFeed.Unpacked)}" /></fallbackPackageFolders>
            </configuration>
            """);
        Write("Program.cs", """System.Console.WriteLine("it runs");""");
        Write("model/config.json", "{}");
        Write("model/model.safetensors", "weights");
        Write("data/train.tsv", "ImagePath\tQuestion\tAnswer\n1.png\twhat?\tred\n2.png\twhat?\tblue\n");
        Write("data/images/1.png", "one");
        Write("data/images/2.png", "two");
        environment["NUGET_PACKAGES"] = LocalFeed.Packages;
        environment["EOS_CACHE_DIR"] = Cache;
        environment["MSBUILDDISABLENODEREUSE"] = "1";
        environment["UseSharedCompilation"] = "true"; // the default, also on machines that say otherwise
        environment["MSBUILDTERMINALLOGGER"] = "off";
        environment[FakeSearch.Journal] = this["journal"];
        foreach (var variable in new[] { "EOS_LIBTORCH", "EOS_MODE", "EOS_DEVICE", "EOS_TIMEOUT", "EOS_ENABLED", FakeSearch.Behaviour, "MSBuildSDKsPath", "MSBuildExtensionsPath", "DOTNET_HOST_PATH", "MSBUILD_EXE_PATH" })
            environment[variable] = null;
    }

    internal string Root { get; }
    internal string Cache => folder["cache"];

    internal string this[string name] => Path.Combine(Root, name);

    /// <summary>How many workers were started since the last time that somebody asked, and how many of those searched.</summary>
    internal (int Workers, int Searches) Count()
    {
        var lines = File.Exists(this["journal"]) ? File.ReadAllLines(this["journal"]) : [];
        File.Delete(this["journal"]);
        return (lines.Count(line => line.StartsWith("worker", StringComparison.Ordinal)), lines.Count(line => line.StartsWith("search", StringComparison.Ordinal)));
    }

    internal ThrowAway With(string variable, string? value)
    {
        environment[variable] = value;
        return this;
    }

    internal ThrowAway Behaving(string behaviour) => With(FakeSearch.Behaviour, behaviour);

    /// <summary>Writes a project. What is not given is as an ordinary user would have it.</summary>
    internal ThrowAway Project(string attributes = "", string file = "App.csproj", string model = "model", string data = """ TrainingData="data/train.tsv" ImageFolder="data/images" OutputFile="vqa.zip" MeanVisualTokens="16" """,
        string properties = "", string items = "", string frameworks = "<TargetFramework>net10.0</TargetFramework>") => Write(file, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                {frameworks}
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="EosMLNet.Build" Version="{LocalFeed.Version}" PrivateAssets="all" />
                {items}
              </ItemGroup>
              <ItemGroup>
                <EosModel Include="{model}"{data}{attributes} />
              </ItemGroup>
            </Project>
            """);

    internal ThrowAway Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        return this;
    }

    /// <summary>
    /// Puts there what a restore of a project as <see cref="Project"/> writes it leaves, for builds with <c>--no-restore</c>: a restore of its
    /// own takes longer than the build.
    /// </summary>
    internal ThrowAway Restored()
    {
        var (root, files) = RestoredFiles.Value;
        foreach (var (name, content) in files)
            Write($"obj/{name}", content.Replace(root, Root, StringComparison.Ordinal).Replace(InJson(root), InJson(Root), StringComparison.Ordinal));
        return this;

        static string InJson(string path) => path.Replace(@"\", @"\\", StringComparison.Ordinal); // as Windows has them
    }

    internal BuildRun Dotnet(params string[] arguments)
    {
        if (!byServer || arguments[0] == "run")
            return Run([]);
        var run = BuildServers.With(Run);
        // MSBuild's client ends so where it loses its server: without a word. A build that fails says why.
        return run.ExitCode != 0 && !run.Output.Contains("error", StringComparison.OrdinalIgnoreCase) ? Run([]) : run;

        BuildRun Run(Dictionary<string, string?> server)
        {
            using var process = Start(arguments, server);
            return End(process);
        }
    }

    /// <summary>The same in a terminal of 80 columns, with MSBuild's own choice of logger.</summary>
    internal TerminalRecording DotnetInTerminal(params string[] arguments) => TerminalRecording.Of(
        "dotnet", arguments, workingFolder: Root, limit: TimeSpan.FromMinutes(5),
        environment: new Dictionary<string, string?>(environment)
        {
            ["MSBUILDTERMINALLOGGER"] = null,
            ["MSBUILDENSURESTDOUTFORTASKPROCESSES"] = null, // dotnet test sets it, and MSBuild then takes its console logger
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        });

    /// <summary>Starts a process of its own.</summary>
    internal Process Start(params string[] arguments) => Start(arguments, []);

    private Process Start(string[] arguments, IEnumerable<KeyValuePair<string, string?>> more)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment.Concat(more))
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }

    internal static BuildRun End(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
            process.Kill(entireProcessTree: true);
        return new BuildRun(process.ExitCode, output.Result + error.Result);
    }

    /// <summary>Files below the folder whose name begins so, wherever they are.</summary>
    internal IEnumerable<string> Find(string pattern) =>
        Directory.EnumerateFileSystemEntries(folder.Path, pattern, SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.Path, path));

    public void Dispose() => folder.Dispose();

    private static (string Root, Dictionary<string, string> Content) Restore()
    {
        using var app = new ThrowAway().Project();
        app.Dotnet("restore").Succeeds();
        return (app.Root, Directory.GetFiles(app["obj"]).ToDictionary(file => Path.GetFileName(file), File.ReadAllText));
    }

    private static string Xml(string text) => SecurityElement.Escape(text);
}
