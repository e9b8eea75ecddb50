using Microsoft.Build.Logging.StructuredLogger;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>What makes a build search, and what does not.</summary>
public sealed class IncrementalTests : IDisposable
{
    private readonly ThrowAway app = new ThrowAway().Project().Restored();

    [Fact]
    public void A_build_searches_once_and_the_next_one_starts_no_worker()
    {
        app.Dotnet("build", "--no-restore", "-bl:first.binlog").Succeeds();
        Assert.Equal((1, 1), app.Count());
        Assert.Single(Tasks("first.binlog", "EosSearch"));
        foreach (var file in new[] { "vqa.zip", "vqa.plan.json", "vqa.plan.safetensors", "vqa.summary.json" })
            Assert.True(File.Exists(app[$"bin/Debug/net10.0/{file}"]), file);

        app.Dotnet("build", "--no-restore", "-bl:second.binlog").Succeeds();
        Assert.Equal((0, 0), app.Count());
        Assert.Single(Tasks("second.binlog", "EosPrepare"));
        Assert.Empty(Tasks("second.binlog", "EosSearch"));

        app.Dotnet("clean").Succeeds();
        Assert.Empty(app.Find("vqa.*"));
        Assert.NotEmpty(app.Find("model.zip")); // the cache's
        app.Dotnet("build", "--no-restore", "-t:Rebuild").Succeeds();
        Assert.Equal((1, 0), app.Count());

        app.Dotnet("msbuild", "-t:EosCleanCache").Succeeds();
        Assert.Empty(app.Find("model.zip"));
    }

    [Fact]
    public void A_report_is_written_with_the_model_again_where_it_is_missing_and_also_where_the_gate_fails()
    {
        const string Report = " ValidationData=\"data/train.tsv\" Report=\"report.html\"";
        app.Project(Report).Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 1), app.Count());
        Assert.Matches("""^of \{ "key": .* on train\.tsv$""", File.ReadAllText(app["report.html"]).ReplaceLineEndings(""));
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count());

        File.Delete(app["report.html"]);
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 0), app.Count()); // of the plan in the cache
        Assert.True(File.Exists(app["report.html"]));

        File.Delete(app["report.html"]);
        app.Project(Report + " MaxAccuracyDrop=\"0.1\"").Dotnet("build", "--no-restore").FailsWith("EOS3003");
        Assert.True(File.Exists(app["report.html"]));
    }

    [Fact]
    public void Only_content_counts()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 1), app.Count());

        foreach (var file in new[] { "model/model.safetensors", "data/train.tsv", "data/images/1.png", "obj/eos/Debug/vqa.zip" })
            File.SetLastWriteTimeUtc(app[file], DateTime.UtcNow.AddMinutes(1));
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count()); // touched: no search, and no worker either

        var changes = new (string What, Action Change)[]
        {
            ("weights", () => app.Write("model/model.safetensors", "WEIGHTS")),
            ("a data row", () => app.Write("data/train.tsv", "ImagePath\tQuestion\tAnswer\n1.png\twhat?\tred\n2.png\twhat?\tgrey\n")),
            ("an image", () => app.Write("data/images/2.png", "TWO")),
            ("an option", () => app.Project(" Steps=\"299\"")),
        };
        foreach (var (what, change) in changes)
        {
            change();
            app.Dotnet("build", "--no-restore").Succeeds();
            Assert.Equal((what, (1, 1)), (what, app.Count()));
        }
    }

    [Fact]
    public void Without_bin_and_obj_the_cache_answers_and_a_limit_of_the_gate_needs_no_search()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        app.Count();
        Directory.Delete(app["bin"], recursive: true);
        Directory.Delete(app["obj"], recursive: true);
        app.Restored().Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 0), app.Count());

        app.Project(" MaxAccuracyDrop=\"0.2\"").Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 0), app.Count());
    }

    [Fact]
    public void A_damaged_cache_entry_is_noticed_and_made_again()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        app.Count();
        File.AppendAllText(Directory.GetFiles(app.Cache, "model.zip", SearchOption.AllDirectories).Single(), "!");
        Directory.Delete(app["obj"], recursive: true);
        var run = app.Restored().Dotnet("build", "--no-restore").Succeeds();
        Assert.Contains("EOS4006: ", run.Output);
        Assert.Equal((1, 1), app.Count());
    }

    [Fact]
    public void A_design_time_build_and_a_disabled_one_start_no_worker()
    {
        app.Dotnet("msbuild", "-t:AssignTargetPaths;ResolveReferences", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true").Succeeds();
        app.Dotnet("build", "--no-restore", "-p:EosEnabled=false").Succeeds();
        app.Dotnet("publish", "--no-build", "-c", "Debug", "-p:EosEnabled=false").Succeeds();
        app.With("EOS_ENABLED", "false").Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count());
        Assert.Empty(app.Find("vqa.zip"));
    }

    private IReadOnlyList<Microsoft.Build.Logging.StructuredLogger.Task> Tasks(string log, string name) =>
        BinaryLog.ReadBuild(app[log]).FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>(task => task.Name.EndsWith(name, StringComparison.Ordinal));

    public void Dispose() => app.Dispose();
}
