using System.Diagnostics;

namespace EosMLNet.Tool.Tests.CommandLine;

/// <summary>
/// What needs no torch loads none of it: half a gigabyte, and a second or two. The loader of Linux itself tells which libraries a process
/// loads.
/// </summary>
public sealed class TorchFreeTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [LinuxFact]
    public void Help_loads_no_libtorch() => Assert.DoesNotContain(Loaded("--help"), IsTorch);

    [LinuxFact]
    public void Inspecting_a_plan_loads_no_libtorch() => Assert.DoesNotContain(Loaded("inspect", tiny.Plan(4)), IsTorch);

    [LinuxFact]
    public void Inspecting_a_plan_with_learned_scores_loads_no_libtorch()
    {
        var plan = ReductionPlan.Load(tiny.Plan(4));
        var learned = ReductionPlan.Create(
            plan.Model, [new ReductionSite { Layer = 0, Keep = 4, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1 } }],
            new ScoreParameters { Probe = new float[plan.Model.HiddenSize] });
        learned.Save(tiny["learned.json"]);
        Assert.DoesNotContain(Loaded("inspect", tiny["learned.json"]), IsTorch);
    }

    [LinuxFact]
    public void Inspecting_a_checkpoint_loads_no_libtorch() => Assert.DoesNotContain(Loaded("inspect", tiny.Model), IsTorch);

    [LinuxFact]
    public void Measuring_converted_weights_loads_no_libtorch() => Assert.DoesNotContain(Loaded("export", "--model", tiny.Model, "--output", tiny["few"],
        "--weights", "int8", "--data", tiny.Table, "--images", tiny.Images, "--max-accuracy-drop", "1"), IsTorch);

    [LinuxFact]
    public void What_needs_torch_is_seen_to_load_it() => Assert.Contains(Loaded("doctor"), IsTorch);

    private static bool IsTorch(string library) => library.Contains("torch", StringComparison.OrdinalIgnoreCase);

    // The names of the files that the loader has initialised.
    private static IReadOnlyList<string> Loaded(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(EosCommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LD_DEBUG"] = "libs";
        start.Environment["LD_DEBUG_OUTPUT"] = folder["loader"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        string[] loaded =
        [
            .. Directory.GetFiles(folder.Path).SelectMany(File.ReadLines)
                .Where(line => line.Contains("calling init: ", StringComparison.Ordinal)).Select(line => Path.GetFileName(line.Trim())),
        ];
        Assert.Contains("libcoreclr.so", loaded);
        return loaded;
    }
}
