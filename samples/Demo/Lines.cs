using EosMLNet.Search;

namespace Demo;

/// <summary>Prints the search's progress, a line every tenth of the way.</summary>
internal sealed class Lines : IProgress<SearchProgress>
{
    public void Report(SearchProgress value)
    {
        if (value.Step == 1 || value.Step % Math.Max(1, value.Steps / 10) == 0)
            Console.WriteLine($"   step {value.Step,4} of {value.Steps}: loss {value.Loss:f3}, {value.MeanVisualTokens:f1} mean visual tokens, {value.Elapsed.TotalSeconds:f0} s");
    }
}
