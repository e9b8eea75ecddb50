using EosMLNet.Search;

namespace Demo;

/// <summary>Prints the search's progress: a line for each phase, and one every tenth of the way.</summary>
internal sealed class Lines : IProgress<SearchProgress>
{
    private (SearchPhase, int) last = (default, -1);

    public void Report(SearchProgress value)
    {
        var tenth = (int)(10 * value.Fraction);
        if ((value.Phase, tenth) != last)
            Console.WriteLine($"   {value}");
        last = (value.Phase, tenth);
    }
}
