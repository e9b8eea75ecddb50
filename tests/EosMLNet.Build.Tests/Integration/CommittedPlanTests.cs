namespace EosMLNet.Build.Tests.Integration;

/// <summary>A plan under version control: written by a search, used without one, and verified.</summary>
public sealed class CommittedPlanTests : IDisposable
{
    private readonly ThrowAway app = new ThrowAway().Project(" Plan=\"plans/vqa.plan.json\"").Restored();

    [Fact]
    public void It_is_written_verified_used_without_data_and_found_stale()
    {
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((1, 1), app.Count());
        foreach (var file in new[] { "vqa.plan.json", "vqa.plan.safetensors", "vqa.plan.summary.json" })
            Assert.True(File.Exists(app[$"plans/{file}"]), file);

        app.With("EOS_MODE", "Verify").Dotnet("build", "--no-restore").Succeeds();
        app.Dotnet("build", "--no-restore").Succeeds(); // and then there is nothing to do
        Assert.Equal((1, 0), app.Count());

        app.Write("data/train.tsv", "ImagePath\tQuestion\tAnswer\n1.png\twhat?\tgrey\n").Dotnet("build", "--no-restore").FailsWith("EOS3005");
        Directory.Delete(app["data"], recursive: true);
        Directory.Delete(app["obj"], recursive: true);
        app.Restored().With("EOS_MODE", "UseExisting").Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal(0, app.Count().Searches);
        Assert.True(File.Exists(app["bin/Debug/net10.0/vqa.zip"]));

        File.AppendAllText(app["plans/vqa.plan.json"], " ");
        app.Dotnet("build", "--no-restore").FailsWith("EOS3005");
    }

    public void Dispose() => app.Dispose();
}
