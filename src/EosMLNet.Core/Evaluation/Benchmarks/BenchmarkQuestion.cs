namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>One question of a benchmark, in the form in which the model is asked.</summary>
public sealed record BenchmarkQuestion
{
    /// <summary>Indices of its images among the benchmark's, at least one, in the order in which the model sees them.</summary>
    public required IReadOnlyList<int> Images { get; init; }

    /// <summary>The image's path, or the list of several, as a table of one's own gives it; null for a published benchmark.</summary>
    public string? ImagePath { get; init; }

    /// <summary>What the model is asked, the instruction how to answer included.</summary>
    public required string Prompt { get; init; }

    /// <summary>The expected answer, or all that are accepted; the letter where there are options.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>The options A, B, … in their order, empty where a letter has none; no options where the answer is free.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The benchmark's own kind of question, such as MME's subtask; empty where it has none.</summary>
    public string Category { get; init; } = "";

    /// <summary>
    /// Questions of one group are scored together where the benchmark does so: MME's two about one image, MMBench's rotations of one
    /// question.
    /// </summary>
    public string Group { get; init; } = "";
}
