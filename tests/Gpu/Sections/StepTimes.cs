using EosMLNet.Evaluation;
using EosMLNet.Search;

namespace Gpu.Sections;

/// <summary>Notes when each step of a search ends. Its loss is a number by then, so that the device has done the step.</summary>
internal sealed class StepTimes : IProgress<SearchProgress>
{
    private readonly List<double> ends = [];
    private int last; // other phases than steps are reported too

    public void Report(SearchProgress value)
    {
        if (value.Step > 0 && value.Step > last)
            ends.Add(value.Elapsed.TotalSeconds);
        last = Math.Max(last, value.Step);
    }

    /// <summary>The median time from the end of a step to that of the next; the first, which warms up, has none.</summary>
    internal double Median => Statistics.Median(ends.Zip(ends.Skip(1), (start, end) => end - start));
}
