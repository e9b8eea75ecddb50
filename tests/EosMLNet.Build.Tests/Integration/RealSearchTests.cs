using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EosMLNet.Checkpoints;
using EosMLNet.Onnx;
using EosMLNet.Tool.Build;
using EosMLNet.Tool.Tests;
using Microsoft.ML;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>The worker that the package brings, on a tiny random model.</summary>
public sealed class RealSearchTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private readonly ThrowAway app = new ThrowAway().With("EOS_LIBTORCH", LibTorch());

    [Fact]
    public void It_searches_and_equal_builds_give_equal_bytes_also_where_a_kept_state_cannot_be_used()
    {
        Project(" MaxAccuracyDrop=\"1\"").Restored().Dotnet("build", "--no-restore").Succeeds();
        var (artifact, plan) = (File.ReadAllBytes(app["bin/Debug/net10.0/tiny.zip"]), File.ReadAllBytes(app["bin/Debug/net10.0/tiny.plan.json"]));
        AssertProvenance();
        using (ml.Model.Load(app["bin/Debug/net10.0/tiny.zip"], out _) as IDisposable)
        {
        }

        var key = Path.GetFileName(Directory.GetDirectories(app.Cache).Single());
        Directory.Delete(app.Cache, recursive: true);
        Directory.Delete(app["obj"], recursive: true);
        Directory.CreateDirectory(app.Cache);
        File.WriteAllText(Path.Combine(app.Cache, $"{key}.search.1"), "what a full disk has left");
        var run = Project(" MaxAccuracyDrop=\"1\"").Restored().Dotnet("build", "--no-restore").Succeeds();
        Assert.Contains($"the environment variable EOS_LIBTORCH: {LibTorch()}", run.Output);
        Assert.Contains("EOS4005: the state that an earlier build kept of this search cannot be used", run.Output);
        Assert.Equal(artifact, File.ReadAllBytes(app["bin/Debug/net10.0/tiny.zip"]));
        Assert.Equal(plan, File.ReadAllBytes(app["bin/Debug/net10.0/tiny.plan.json"]));
    }

    [Fact]
    public void A_report_shows_what_the_plan_does_on_the_validation_data()
    {
        Project($""" ValidationData="{tiny.Table}" Report="pages/report.html" """).Restored().Dotnet("build", "--no-restore").Succeeds();
        var page = File.ReadAllText(app["pages/report.html"]);
        Assert.Contains("<title>tiny on model: report</title>", page);
        Assert.Contains("<dt>Questions</dt><dd>rows.tsv: 12 questions about 6 pictures</dd>", page);
        Assert.DoesNotContain(app.Root, page);
        Assert.DoesNotContain(tiny.Images, page);
    }

    [Fact]
    public void A_front_of_two_plans_meets_both_limits()
    {
        app.Project("", model: tiny.Model, properties: Worker,
            data: $""" TrainingData="{tiny.Table}" ImageFolder="{tiny.Images}" OutputFile="tiny.zip" MeanVisualTokens="8;4" Steps="3" BatchSize="2" """).Restored().Dotnet("build", "--no-restore").Succeeds();
        foreach (var value in new[] { 8, 4 })
        {
            Assert.InRange(ReductionPlan.Load(app[$"bin/Debug/net10.0/tiny-{value}.plan.json"]).Ledger.Mean, 1, value);
            using (ml.Model.Load(app[$"bin/Debug/net10.0/tiny-{value}.zip"], out _) as IDisposable)
            {
            }
        }
    }

    [Theory]
    [InlineData("Stored")]
    [InlineData("Int8")]
    public void A_folder_answers_by_ONNX_Runtime_as_it_was_measured(string weights)
    {
        app.Project(" MaxAccuracyDrop=\"1\"", model: tiny.Model, properties: Worker, data: $"""
             TrainingData="{tiny.Table}" ValidationData="{tiny.Table}" ImageFolder="{tiny.Images}" OutputFile="tiny" MeanVisualTokens="8" Steps="3" BatchSize="2"
            Format="Onnx" Weights="{weights}" Objective="UnreducedModel"
            """);
        var run = app.Restored().Dotnet("build", "--no-restore").Succeeds();
        Assert.Contains($"in ONNX Runtime with {weights} weights", run.Output);
        var folder = app["bin/Debug/net10.0/tiny"];
        Assert.Equal(Names(app["obj/eos/Debug/tiny"]), Names(folder)); // all of it is copied
        Assert.Equal(weights == "Stored", File.Exists(Path.Combine(folder, "model.safetensors")));
        var validation = BuildSummary.Read(app["bin/Debug/net10.0/tiny.summary.json"]).Validation;
        Assert.Equal((weights, 12), ($"{validation.Weights}", validation.Questions));

        var questions = VqaDataset.LoadTsv(tiny.Table, tiny.Images);
        using OnnxModel unreduced = OnnxModel.Load(tiny.Model), model = OnnxModel.LoadExported(folder);
        Assert.Equal(ReductionPlan.Load(app["bin/Debug/net10.0/tiny.plan.json"]).ToJson(), model.Plan.ToJson());
        var same = questions.Examples.Count(row => Answer(model, row).SequenceEqual(Answer(unreduced, row))); // what the objective calls right
        Assert.Equal(validation.Accuracy, same / 12.0, 1e-9);
        Assert.Equal(validation.UnreducedAccuracy - validation.Accuracy, validation.FamilyDrops.Values.Average(), 1e-9); // two families of one size

        int[] Answer(OnnxModel one, VqaExample row) => one.Generate([([questions.Images[row.Images[0]]], row.Question)], 32)[0].Ids;
        static IEnumerable<string?> Names(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_search_whose_worker_was_killed_goes_on_and_ends_in_the_same_bytes()
    {
        Project(app, tiny, "", steps: 30).Restored().Dotnet("build", "--no-restore").Succeeds();
        var (artifact, plan) = (File.ReadAllBytes(app["bin/Debug/net10.0/tiny.zip"]), File.ReadAllBytes(app["bin/Debug/net10.0/tiny.plan.json"]));
        Directory.Delete(app.Cache, recursive: true);
        Directory.Delete(app["obj"], recursive: true);
        Directory.Delete(app["bin"], recursive: true);
        app.Restored();

        using var build = app.Start("build", "--no-restore");
        while (app.Find("*.search.1").FirstOrDefault() is null && !build.HasExited)
            await Task.Delay(5);
        build.Kill(entireProcessTree: true);
        ThrowAway.End(build);
        Assert.Single(app.Find("*.search.1"));
        Assert.Empty(app.Find("tiny.zip"));

        var run = app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Matches(@"The search goes on from step \d+ of 30, where an earlier build was stopped\.", run.Output);
        Assert.Equal(artifact, File.ReadAllBytes(app["bin/Debug/net10.0/tiny.zip"]));
        Assert.Equal(plan, File.ReadAllBytes(app["bin/Debug/net10.0/tiny.plan.json"]));
        Assert.Empty(app.Find("*.search.1"));
        Assert.Empty(app.Find("~*"));
    }

    [Theory]
    [InlineData("EOS2002", " Device=\"cuda:99\"", "")]
    [InlineData("EOS2001", "", "nowhere")]
    [InlineData("EOS3001", " FinalVisualTokens=\"0.5\"", "")]
    public void What_the_machine_or_the_model_cannot_do_is_an_error(string code, string attributes, string libTorch)
    {
        Project(attributes).Restored().Dotnet("build", "--no-restore", $"-p:EosLibTorchPath={libTorch}").FailsWith(code);
        Assert.Empty(app.Find("tiny.zip"));
    }

    [Fact]
    public void A_row_that_is_malformed_is_an_error_at_its_line_in_the_table()
    {
        app.Write("bad.tsv", "ImagePath\tQuestion\tAnswer\n0.png\twhat?\tred\n1.png\twhat?\n");
        var run = Project($""" ValidationData="bad.tsv" """).Restored().Dotnet("build", "--no-restore").FailsWith("EOS1011");
        Assert.Contains($"{app["bad.tsv"]}(3): error EOS1011: 2 fields between tabs", run.Output);
        Assert.Contains($"[{app["App.csproj"]}]", run.Output);
    }

    [Fact]
    public void Without_any_libtorch_the_build_says_where_one_was_looked_for_and_what_to_add()
    {
        app.With("EOS_LIBTORCH", null).With("PATH", app["nothing"]); // and no Python either
        var run = Project("").Restored().Dotnet("build", "--no-restore").FailsWith("EOS2001");
        Assert.Contains(Path.Combine(LocalFeed.Packages, "libtorch-cpu-"), run.Output);
        Assert.Contains("EOS2001: The search has no libtorch. Run: dotnet add package libtorch-cpu-", run.Output);
    }

    private readonly MLContext ml = new();

    private ThrowAway Project(string attributes) => Project(app, tiny, attributes, steps: 3);

    internal static ThrowAway Project(ThrowAway app, TinyModel tiny, string attributes, int steps) => app.Project(attributes, model: tiny.Model,
        data: $""" TrainingData="{tiny.Table}" ImageFolder="{tiny.Images}" OutputFile="tiny.zip" MeanVisualTokens="8" Steps="{steps}" BatchSize="2" """,
        properties: Worker);

    private static string Worker => $"<EosWorkerPath>$([MSBuild]::NormalizePath('{LocalFeed.Packages}', 'eosmlnet.build', '{LocalFeed.Version}', 'tools', 'net10.0', 'any', 'eos.dll'))</EosWorkerPath>";

    private void AssertProvenance()
    {
        using var zip = ZipFile.OpenRead(app["bin/Debug/net10.0/tiny.zip"]);
        Assert.All(zip.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
        var provenance = JsonNode.Parse(zip.GetEntry(BuildProvenance.EntryName)!.Open())!;
        Assert.StartsWith("sha256:", (string?)provenance["inputs"]);
        Assert.Equal("cpu", (string?)provenance["device"]);
        Assert.Equal(1, (int?)provenance["seed"]);
        foreach (var entry in zip.Entries.Where(entry => entry.Name is BuildProvenance.EntryName or "Manifest.json" or "Plan.json"))
        {
            using var reader = new StreamReader(entry.Open());
            var text = reader.ReadToEnd();
            Assert.DoesNotContain(tiny.Model, text);
            Assert.DoesNotContain(app.Root, text);
            Assert.DoesNotMatch($@"\b{Regex.Escape(Environment.MachineName)}\b", text);
        }
    }

    // What the test program itself was built with.
    internal static string LibTorch() => ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!).Split(Path.PathSeparator)
        .Append(AppContext.BaseDirectory).Append(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"))
        .First(folder => Directory.Exists(folder) && Directory.GetFiles(folder, "*torch_cpu.*").Length > 0);

    public void Dispose() => app.Dispose();
}
