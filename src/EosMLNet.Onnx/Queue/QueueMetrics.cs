using System.Diagnostics.Metrics;

namespace EosMLNet.Onnx.Queue;

/// <summary>What a queue tells of itself: instruments of the meter <see cref="Name"/>.</summary>
internal sealed class QueueMetrics : IDisposable
{
    internal const string Name = "EosMLNet.Onnx";

    private readonly Meter meter = new(Name);
    private readonly Histogram<int> batch;
    private readonly Histogram<double> waited, took;
    private readonly Counter<long> tokens, refused;

    /// <param name="length">How many questions wait.</param>
    internal QueueMetrics(Func<int> length)
    {
        double[] seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
        meter.CreateObservableUpDownCounter("eos.queue.length", length, "{question}", "Questions that wait for their batch.");
        refused = meter.CreateCounter<long>("eos.queue.refused", "{question}", "Questions that a full queue did not take.");
        waited = Histogram<double>("eos.queue.wait", "s", "How long a question waited for its batch.", seconds);
        took = Histogram<double>("eos.answer.duration", "s", "From the question to the end of its answer.", seconds);
        batch = Histogram<int>("eos.batch.size", "{question}", "Questions that are answered side by side.", [1, 2, 4, 8, 16, 32, 64, 128]);
        tokens = meter.CreateCounter<long>("eos.tokens", "{token}", "Tokens of prompts, of unreduced images, and of answers.");
    }

    internal void Refused() => refused.Add(1);

    /// <summary>A batch begins.</summary>
    /// <param name="waits">How long each of its questions has waited.</param>
    internal void Began(IReadOnlyCollection<TimeSpan> waits)
    {
        batch.Record(waits.Count);
        foreach (var wait in waits)
            waited.Record(wait.TotalSeconds);
    }

    /// <summary>A question is over.</summary>
    /// <param name="outcome"><c>answered</c>, <c>cancelled</c> or <c>failed</c>.</param>
    /// <param name="time">Since it was asked.</param>
    internal void Ended(string outcome, TimeSpan time) =>
        took.Record(time.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Tokens(string kind, int count) => tokens.Add(count, new KeyValuePair<string, object?>("kind", kind));

    public void Dispose() => meter.Dispose();

    private Histogram<T> Histogram<T>(string name, string unit, string what, T[] bounds) where T : struct =>
        meter.CreateHistogram(name, unit, what, null, new InstrumentAdvice<T> { HistogramBucketBoundaries = bounds });
}
