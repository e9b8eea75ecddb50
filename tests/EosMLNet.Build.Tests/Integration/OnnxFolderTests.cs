namespace EosMLNet.Build.Tests.Integration;

/// <summary>The artifact of <c>Format="Onnx"</c> is a folder, which goes wherever a zip would.</summary>
public sealed class OnnxFolderTests : IDisposable
{
    private const string Data = """ TrainingData="data/train.tsv" ImageFolder="data/images" OutputFile="models/vqa" MeanVisualTokens="16" Format="onnx" """;
    private static readonly string[] Graphs = ["config.json", "eos-decoder.onnx", "eos-onnx.json", "eos-plan.json", "eos-vision.onnx"];

    private readonly ThrowAway app = new ThrowAway().Project(data: Data).Restored();

    [Fact]
    public void It_is_built_once_copied_and_published_and_clean_removes_it()
    {
        Assert.Contains("-> " + app["obj/eos/Debug/models/vqa"] + "\n", app.Dotnet("build", "--no-restore").Succeeds().Output);
        Assert.Equal((1, 1), app.Count());
        AssertFolder("bin/Debug/net10.0/models/vqa", [.. Graphs, "model.safetensors"]);
        Assert.True(File.Exists(app["bin/Debug/net10.0/models/vqa.plan.json"]) && File.Exists(app["bin/Debug/net10.0/models/vqa.summary.json"]));
        Assert.Empty(app.Find("vqa.zip"));

        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count());
        app.Dotnet("publish", "--no-build", "-c", "Debug", "-o", app["out"]).Succeeds();
        AssertFolder("out/models/vqa", [.. Graphs, "model.safetensors"]);

        File.Delete(app["obj/eos/Debug/models/vqa/eos-decoder.onnx"]);
        Assert.Contains("eos-decoder.onnx", app.Dotnet("publish", "--no-build", "-c", "Debug", "-o", app["out"]).FailsWith("EOS4008").Output);
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 0), app.Count()); // from the cache

        app.Dotnet("clean").Succeeds();
        Assert.False(Directory.Exists(app["obj/eos/Debug"]));
        Assert.Empty(Directory.EnumerateFiles(app["bin"], "eos-*", SearchOption.AllDirectories));
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 0), app.Count());
        AssertFolder("bin/Debug/net10.0/models/vqa", [.. Graphs, "model.safetensors"]);
    }

    [Fact]
    public void Other_weights_take_the_place_of_those_that_were_there()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        app.Project(" Weights=\"int8\"", data: Data).Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((2, 2), app.Count());
        AssertFolder("bin/Debug/net10.0/models/vqa", [.. Graphs, "eos-weights.safetensors"]);
        app.Project(data: Data).Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 0), app.Count());
        AssertFolder("bin/Debug/net10.0/models/vqa", [.. Graphs, "model.safetensors"]);
    }

    [Fact]
    public void A_damaged_file_of_a_folder_in_the_cache_is_noticed_and_made_again()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        app.Count();
        foreach (var damage in new Action<string>[] { folder => File.AppendAllText(Path.Combine(folder, "eos-vision.onnx"), "!"), folder => File.WriteAllText(Path.Combine(folder, "other.json"), "{}") })
        {
            damage(Directory.GetDirectories(app.Cache, "model", SearchOption.AllDirectories).Single());
            Directory.Delete(app["obj/eos"], recursive: true);
            Assert.Contains("EOS4006: ", app.Dotnet("build", "--no-restore").Succeeds().Output);
            Assert.Equal((1, 1), app.Count());
        }
        AssertFolder("bin/Debug/net10.0/models/vqa", [.. Graphs, "model.safetensors"]);
    }

    [Fact]
    public void The_gate_emits_nothing_and_takes_what_was_there_away()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        var run = app.Project(" MaxAccuracyDrop=\"0.1\"", data: Data).Dotnet("build", "--no-restore").FailsWith("EOS3003");
        Assert.Contains("MaxAccuracyDrop allows 0.1", run.Output);
        Assert.False(Directory.Exists(app["obj/eos/Debug/models/vqa"]));
        Assert.Equal((2, 1), app.Count());
    }

    [Fact]
    public void A_committed_plan_is_exported_without_data_and_a_front_has_a_folder_for_each_plan()
    {
        var front = Data.Replace("\"16\"", "\"16;8\"", StringComparison.Ordinal);
        app.Project(" Plan=\"plans/vqa.plan.json\"", data: front).Dotnet("build", "--no-restore", "-m").Succeeds();
        Assert.Equal((2, 1), app.Count());
        Directory.Delete(app["data"], recursive: true);
        Directory.Delete(app["obj"], recursive: true);
        app.Restored().With("EOS_MODE", "UseExisting").Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal(0, app.Count().Searches);
        foreach (var value in new[] { 16, 8 })
            AssertFolder($"bin/Debug/net10.0/models/vqa-{value}", [.. Graphs, "model.safetensors"]);
    }

    private void AssertFolder(string folder, string[] files) =>
        Assert.Equal(files.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(app[folder]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    public void Dispose() => app.Dispose();
}
