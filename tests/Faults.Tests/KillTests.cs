using EosMLNet.Tests;
using Faults.Kills;

namespace Faults.Tests;

/// <summary>A few of the kills that <c>tests/Faults</c> does by the hundred.</summary>
public class KillTests
{
    [Theory]
    [InlineData("export-int8", 1)]
    [InlineData("build", 1)]
    [InlineData("resumed-search", 1)]
    public void After_a_kill_all_files_are_whole_or_absent_and_the_next_run_leaves_what_an_unbroken_one_leaves(string kind, int kills)
    {
        using var work = new TemporaryFolder();
        using var killer = new Killer(KillKinds.All.Single(one => one.Name == kind), work.Path, seed: 1);
        var reached = killer.Run(kills, TimeSpan.FromMinutes(5));
        Assert.Empty(reached.Faults);
        Assert.True(reached.Kills >= kills, $"{reached.Kills} kills");
    }
}
