using System.Text.Json;
using EosMLNet.LibTorch;
using EosMLNet.Tool.Doctor;

namespace EosMLNet.Tool.Tests.Doctor;

public sealed class DoctorCommandTests : IDisposable
{
    private static readonly string Packaged = Path.GetDirectoryName(LoadedLibraries.Find("torch_cpu"))!;
    private static readonly string[] Files = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("eos-doctor-");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task It_prints_what_it_found()
    {
        var run = await EosRun.Of("doctor");
        Assert.Equal(0, run.ExitCode);
        foreach (var name in new[] { "EosMLNet", ".NET", "Operating system", "TorchSharp", "libtorch", "LibTorchSharp", "Devices", "Threads", "Processor", "Cores", "Instructions", "Memory", "GPUs",
            "ONNX Runtime", "ffmpeg", "Locale", "Working folder", "Temporary files", "Caches", "Variables EOS_" })
            Assert.Contains(run.Output.Split('\n'), line => line.StartsWith($"{name} ", StringComparison.Ordinal));
        Assert.Contains("2.10.0, packaged, ", run.Output);
        Assert.Matches("Paste all of this into an issue, .*: https://[^ ]+/issues\n$", run.Output);
    }

    [Fact]
    public void All_missing_functions_are_listed_with_their_count()
    {
        var facts = new RuntimeFacts { DotNet = "", OperatingSystem = "", Architecture = "", TorchSharp = "", MissingFunctions = ["_ZN2at1aE", "_ZN2at1bE"] };
        var lines = DoctorLines.Of(DoctorReport.Of(facts)).ToArray();
        Assert.Contains(("Missing: 2", "_ZN2at1aE"), lines);
        Assert.Contains(("", "_ZN2at1bE"), lines);
    }

    [Fact]
    public void It_tells_whether_videos_can_be_decoded()
    {
        var facts = new RuntimeFacts { DotNet = "", OperatingSystem = "", Architecture = "", TorchSharp = "" };
        string Line(RuntimeFacts of) => DoctorLines.Of(DoctorReport.Of(of)).Single(line => line.Name == "ffmpeg").Value;
        Assert.Contains("not on the PATH", Line(facts));
        Assert.Equal("/usr/bin/ffmpeg", Line(facts with { Ffmpeg = "/usr/bin/ffmpeg" }));
        Assert.Equal(Checkpoints.Ffmpeg.Find(), LibTorch.Doctor.Examine().Ffmpeg);
    }

    [Fact]
    public async Task It_writes_the_same_for_machines()
    {
        var file = Path.Combine(root.FullName, "facts.json");
        Assert.Equal(0, (await EosRun.Of("doctor", "--json", file)).ExitCode);
        using var facts = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal("2.10.0", facts.RootElement.GetProperty("libTorchVersion").GetString());
        Assert.Equal("cpu", facts.RootElement.GetProperty("devices")[0].GetString());
        Assert.NotEmpty(facts.RootElement.GetProperty("processor").GetString()!);
        Assert.Equal(Environment.ProcessorCount, facts.RootElement.GetProperty("machine").GetProperty("processors").GetInt32());
        Assert.All(new[] { "version", "onnxRuntime", "locale", "encoding", "folders", "variables", "problems" }, name => Assert.True(facts.RootElement.TryGetProperty(name, out _), name));
    }

    [LinuxFact]
    public async Task An_existing_libtorch_wins_over_the_packaged_one_and_is_the_only_one_loaded()
    {
        foreach (var file in Directory.GetFiles(Packaged).Where(f => Files.Contains(Path.GetFileName(f)) || f.Contains("libgomp")))
            File.Copy(file, Path.Combine(root.FullName, Path.GetFileName(file))); // copies: links to the packaged files would be the same library to the loader
        var run = await EosRun.InChildProcess(new Dictionary<string, string?> { ["EOS_LIBTORCH"] = root.FullName }, "doctor");
        run.MustSucceed(); // two copies would be an error
        Assert.Contains($"2.10.0, existing, {root.FullName}\n", run.Output);
    }

    [LinuxFact]
    public async Task Links_to_a_libtorch_are_as_good_as_the_files()
    {
        foreach (var file in Directory.GetFiles(Packaged))
            File.CreateSymbolicLink(Path.Combine(root.FullName, Path.GetFileName(file)), file);
        var run = await EosRun.InChildProcess(new Dictionary<string, string?>(), "doctor", "--libtorch", root.FullName);
        run.MustSucceed();
        Assert.Contains("2.10.0, existing, ", run.Output);
    }

    [LinuxFact]
    public async Task A_package_of_another_version_passes_where_the_user_insists()
    {
        var lib = root.CreateSubdirectory("lib").FullName;
        foreach (var file in Directory.GetFiles(Packaged))
            File.CreateSymbolicLink(Path.Combine(lib, Path.GetFileName(file)), file);
        File.WriteAllText(Path.Combine(root.FullName, "version.py"), "__version__ = '2.11.0'\n");
        var environment = new Dictionary<string, string?> { ["EOS_LIBTORCH"] = lib };
        Assert.Equal(3, (await EosRun.InChildProcess(environment, "doctor")).ExitCode);
        var run = await EosRun.InChildProcess(new Dictionary<string, string?>(environment) { ["EOS_LIBTORCH_ANY_VERSION"] = "1" }, "doctor");
        run.MustSucceed(); // what is loaded says 2.10.0, and that needs no warning
        Assert.Contains("2.10.0, existing, ", run.Output);
    }

    [LinuxFact]
    public async Task A_library_of_another_version_is_refused_with_what_was_found()
    {
        foreach (var file in Files) // libc10 loads, but is no libtorch of 2.10
            File.CreateSymbolicLink(Path.Combine(root.FullName, file), Path.Combine(Packaged, "libc10.so"));
        await AssertUnfit("it is libtorch of a version too old to tell");
    }

    [LinuxFact]
    public async Task A_file_that_is_no_library_is_refused_with_the_loaders_reason()
    {
        foreach (var file in Files)
            File.WriteAllText(Path.Combine(root.FullName, file), "version https://git-lfs.github.com/spec/v1");
        await AssertUnfit("libc10.so cannot be loaded (");
    }

    [LinuxFact]
    public async Task A_cache_that_cannot_be_written_is_no_obstacle()
    {
        var file = Path.Combine(root.FullName, "a-file-not-a-folder");
        File.WriteAllText(file, "");
        var run = await EosRun.InChildProcess(new Dictionary<string, string?> { ["XDG_DATA_HOME"] = file, ["TMPDIR"] = root.FullName }, "doctor");
        run.MustSucceed();
        Assert.DoesNotContain(root.GetDirectories(), folder => folder.Name.StartsWith("eosmlnet-", StringComparison.Ordinal)); // nothing is left behind
    }

    [LinuxFact]
    public async Task Variables_are_listed_and_one_that_is_not_known_is_a_warning()
    {
        var variables = new Dictionary<string, string?> { ["EOS_LIBTROCH"] = "/opt/torch", ["EOS_MODEL_PATH"] = "/nowhere", ["EOS_LINE_WIDTH"] = "200" };
        var run = await EosRun.InChildProcess(variables, "doctor");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("EOS_LIBTROCH=/opt/torch\n", run.Output);
        Assert.Contains("EOS_LINE_WIDTH=200\n", run.Output);
        Assert.Contains("eos : warning EOS1013: The variable EOS_LIBTROCH is set, but has no effect. Did you mean 'EOS_LIBTORCH'?", run.Error);
        Assert.Contains("eos : warning EOS4004: EOS_MODEL_PATH names '/nowhere', which is no folder.", run.Error);
        Assert.DoesNotContain("No problem found", run.Output);
    }

    [Fact]
    public void A_folder_without_room_is_a_warning()
    {
        var facts = new RuntimeFacts { DotNet = "", OperatingSystem = "", Architecture = "", TorchSharp = "" };
        var report = DoctorReport.Of(facts) with { Folders = [new("Temporary files", "/tmp", 1 << 20), new("Caches", "/cache", 1L << 40)], Variables = new Dictionary<string, string>() };
        var problem = Assert.Single(report.Problems);
        Assert.Equal((EosErrors.CannotWrite, false), (problem.Code, problem.IsError));
        Assert.Contains("'/tmp' has 0.0 GiB left", problem.Message);
    }

    private async Task AssertUnfit(string reason)
    {
        var run = await EosRun.InChildProcess(new Dictionary<string, string?> { ["EOS_LIBTORCH"] = root.FullName }, "doctor");
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("eos : error EOS2001: ", run.Error);
        Assert.Contains(reason, run.Error);
        Assert.Contains("diagnostics/EOS2001.md", run.Error);
        Assert.Contains("libtorch          not loaded", run.Output);
    }
}
