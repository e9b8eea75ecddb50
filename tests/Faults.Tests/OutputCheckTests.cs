using EosMLNet.Tests;
using Faults.Kills;

namespace Faults.Tests;

/// <summary>What kills are judged by does find faults.</summary>
public sealed class OutputCheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly KillPlace place;
    private readonly OutputCheck check;

    public OutputCheckTests()
    {
        place = new(folder.Path);
        place.Clear();
        File.WriteAllText(place["a"], "whole");
        File.WriteAllText(place["b"], "whole");
        check = new(new ExportKill(), place, OutputCheck.Hashes(place));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_may_be_whole_or_absent_and_not_half()
    {
        Assert.Empty(check.AfterKill().Faults);
        File.Delete(place["a"]);
        Assert.Empty(check.AfterKill().Faults);
        File.WriteAllText(place["b"], "wh");
        Assert.Equal(["b is not whole after a kill"], check.AfterKill().Faults);
    }

    [Fact]
    public void Behind_a_run_to_the_end_nothing_is_missing_and_nothing_left()
    {
        Assert.Empty(check.AfterEnd());
        File.Delete(place["a"]);
        File.WriteAllText(place["b"], "other");
        File.WriteAllText(place["b.tmp"], "");
        Directory.CreateDirectory(Path.Combine(place.Temporary, "scratch"));
        Directory.CreateDirectory(Path.Combine(place.Beside, "~staged"));
        Assert.Equal(3, check.AfterKill().Left.Count);
        Assert.Equal(5, check.AfterEnd().Count);
    }
}
