using EosMLNet.Build.Exchange;
using EosMLNet.Search;

namespace EosMLNet.Build.Tests.Exchange;

public sealed class LiveTargetsTests
{
    private static readonly HashSet<string> All = [.. LiveTargets.All()];

    [Fact]
    public void Every_name_is_one_that_MSBuild_takes_and_fits_80_columns_beside_the_longest_project() => Assert.All(All, name =>
    {
        Assert.DoesNotContain(name, c => "$@()%*?.;".Contains(c, StringComparison.Ordinal));
        Assert.InRange($"  {new string('m', 20)} {name} (9999.9s)".Length, 1, 80);
    });

    [Theory]
    [InlineData(0.0, null, "steps, 0 percent")]
    [InlineData(0.3899, 61, "steps, 38 percent, about 2 min left")]
    [InlineData(0.999, 0, "steps, 99 percent, about 10 s left")]
    [InlineData(0.01, 90_000, "steps, 1 percent")] // more than a day: nobody waits in front of it
    [InlineData(1.0, null, "steps, 100 percent")]
    public void A_search_has_a_name_wherever_it_stands(double share, int? seconds, string name)
    {
        Assert.Equal(name, LiveTargets.Of("steps", share, seconds));
        Assert.Contains(name, All);
    }

    [Fact]
    public void There_are_words_for_each_phase_of_the_library() => Assert.Equal(Enum.GetValues<SearchPhase>().Length, LiveTargets.Phases.Length);
}
