using System.Diagnostics;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>What is wrong is said with a code, at the item's line where it is the item's fault, and leaves nothing behind.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly ThrowAway app = new();

    [Fact]
    public void A_gate_says_both_numbers_and_takes_the_artifact_of_an_earlier_build_away()
    {
        app.Project().Restored().Dotnet("build", "--no-restore").Succeeds();
        var run = app.Project(" MaxAccuracyDrop=\"0.1\"").Dotnet("build", "--no-restore").FailsWith("EOS3003");
        Assert.Contains("0.1250", run.Output);
        Assert.Contains("MaxAccuracyDrop allows 0.1", run.Output);
        Assert.False(File.Exists(app["obj/eos/Debug/vqa.zip"]));
        app.Count();
        app.Dotnet("build", "--no-restore").FailsWith("EOS3003"); // and again, without a new search
        Assert.Equal((1, 0), app.Count());
    }

    [Fact]
    public void Two_models_with_one_output_are_refused() =>
        app.Project(items: """</ItemGroup><ItemGroup><EosModel Include="data" TrainingData="data/train.tsv" ImageFolder="data/images" OutputFile="VQA.zip" MeanVisualTokens="8" />""")
            .Restored().Dotnet("build", "--no-restore").FailsWith("EOS1016");

    [Theory]
    [InlineData("killed", "EOS2006", "137")]
    [InlineData("crash", "EOS2006", "the search has a defect")]
    [InlineData("disk-full", "EOS2003", "No space left on device")]
    [InlineData("hang", "EOS2007", "the 10 seconds of EosTimeout")]
    public void A_worker_that_fails_is_an_error_and_leaves_nothing(string behaviour, string code, string told)
    {
        if (!OperatingSystem.IsLinux() && behaviour is "killed" or "disk-full")
            return; // signals and /dev/full
        var run = app.Project().Behaving(behaviour).Restored().With("EOS_TIMEOUT", behaviour == "hang" ? "10" : null).Dotnet("build", "--no-restore").FailsWith(code);
        Assert.Contains(told, run.Output);
        Assert.Equal((1, 1), app.Count());
        Assert.Empty(app.Find("vqa.zip"));
        Assert.Empty(app.Find("~*"));
        app.Behaving("").With("EOS_TIMEOUT", null).Dotnet("build", "--no-restore").Succeeds();
        Assert.True(File.Exists(app["bin/Debug/net10.0/vqa.zip"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_error()
    {
        app.Project().Restored().Write("obj/eos", "a file where a folder should be");
        app.Dotnet("build", "--no-restore").FailsWith("EOS2003");
        File.Delete(app["obj/eos"]);
        app.Write("blocked", "").With("EOS_CACHE_DIR", app["blocked/cache"]).Dotnet("build", "--no-restore").FailsWith("EOS2003");
    }

    [Fact]
    public async Task Ctrl_C_ends_the_worker_at_once_and_leaves_no_file()
    {
        if (OperatingSystem.IsWindows())
            return; // there is no signal to send
        app.Project().Restored().Behaving("hang");
        using var build = app.Start("build", "--no-restore");
        var worker = await WorkerOf();
        Process.Start("kill", ["-INT", $"{build.Id}"]).WaitForExit();
        var run = ThrowAway.End(build);
        Assert.NotEqual(0, run.ExitCode);
        Assert.True(HasEnded(worker), run.Output);
        Assert.Empty(app.Find("vqa.zip"));
        Assert.Empty(app.Find("~*"));

        async Task<int> WorkerOf()
        {
            for (var attempt = 0; attempt < 1800; attempt++, await Task.Delay(100))
            {
                if (File.Exists(app["journal"]) && File.ReadAllLines(app["journal"]).FirstOrDefault(line => line.StartsWith("search ", StringComparison.Ordinal)) is { } line)
                    return int.Parse(line.Split(' ')[1]);
            }
            throw new TimeoutException("no worker has begun to search");
        }

        static bool HasEnded(int id)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                return process.WaitForExit(2000);
            }
            catch (ArgumentException)
            {
                return true;
            }
        }
    }

    public void Dispose() => app.Dispose();
}
