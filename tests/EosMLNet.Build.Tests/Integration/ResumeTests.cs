namespace EosMLNet.Build.Tests.Integration;

/// <summary>A search that is stopped keeps its state for the next build of the same inputs, and for no other.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly ThrowAway app = new ThrowAway().Project().Restored();

    [Fact]
    public void The_next_build_finds_the_state_and_one_of_other_inputs_does_not()
    {
        var run = app.Behaving("stop").With("EOS_TIMEOUT", "15").Dotnet("build", "--no-restore").FailsWith("EOS2007");
        Assert.Contains("the next build with the same inputs goes on from there", run.Output);
        Assert.DoesNotContain("MSB5002", run.Output);
        Assert.Single(app.Find("*.search.1"));
        Assert.Empty(app.Find("~*"));

        app.Behaving("").With("EOS_TIMEOUT", null).Project(" Steps=\"299\"").Dotnet("build", "--no-restore").Succeeds();
        Assert.Single(app.Find("*.search.1")); // of the search before
        run = app.Behaving("resume").Project().Dotnet("build", "--no-restore").Succeeds();
        Assert.Contains("goes on from half of the steps", run.Output);
        Assert.Empty(app.Find("*.search.1"));
    }

    [Fact]
    public void What_nobody_came_back_for_goes_after_a_month_and_with_the_cache()
    {
        Directory.CreateDirectory(app.Cache);
        foreach (var (name, days) in new[] { ("old.search.1", 31), ("young.search.1", 29) })
        {
            File.WriteAllText(Path.Combine(app.Cache, name), "");
            File.SetLastWriteTimeUtc(Path.Combine(app.Cache, name), DateTime.UtcNow.AddDays(-days));
        }
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal(["young.search.1"], app.Find("*.search.*").Select(Path.GetFileName));
        app.Dotnet("msbuild", "-t:EosCleanCache").Succeeds();
        Assert.Empty(app.Find("*.search.*"));
    }

    public void Dispose() => app.Dispose();
}
