namespace EosMLNet.Build.Exchange;

/// <summary>
/// The names that the terminal's live line can show. The terminal logger shows of a running project only its name and that of its target,
/// and a target has to be there when its project is read: so there is one, without any work, for every phase, per cent and rough remaining
/// time. Compiled into the task and into the worker.
/// </summary>
internal static class LiveTargets
{
    /// <summary>What a search is busy with, in the order of the library's phases.</summary>
    internal static readonly string[] Phases =
        ["images", "unreduced model", "steps", "counts", "sites", "corners", "validation", "latency"];

    /// <summary>What else a worker does.</summary>
    internal const string Waiting = "waiting for another build", Inputs = "reading the inputs", LibTorch = "loading libtorch",
        Model = "loading the model", Data = "reading the data", Prefill = "measuring prefill", Artifact = "writing the artifact",
        Report = "measuring for the report";

    private static readonly string[] Activities = [Waiting, Inputs, LibTorch, Model, Data, Prefill, Artifact, Report];

    // In seconds, up to which each is told; rougher the farther away.
    private static readonly (int Seconds, string Text)[] Times =
    [
        (10, "10 s"), (20, "20 s"), (40, "40 s"), (60, "1 min"), (120, "2 min"), (180, "3 min"), (300, "5 min"), (600, "10 min"),
        (1200, "20 min"), (2400, "40 min"), (3600, "1 h"), (7200, "2 h"), (18000, "5 h"), (36000, "10 h"), (86400, "24 h"),
    ];

    /// <summary>The name of a part of a search: "steps, 38 percent, about 2 min left".</summary>
    /// <param name="phase">One of <see cref="Phases"/>.</param>
    /// <param name="share">The share that is done, from 0 to 1.</param>
    /// <param name="seconds">What is left of the whole search; null where nobody knows.</param>
    internal static string Of(string phase, double share, int? seconds) =>
        Name(phase, (int)Math.Floor(100 * share), seconds is { } left ? Times.FirstOrDefault(time => left <= time.Seconds).Text : null);

    internal static IEnumerable<string> All() => Activities.Concat(
        from phase in Phases
        from percent in Enumerable.Range(0, 101)
        from time in Times.Select(time => time.Text).Prepend(null)
        select Name(phase, percent, time));

    private static string Name(string phase, int percent, string? time) =>
        $"{phase}, {percent} percent{(time is null ? "" : $", about {time} left")}";
}
