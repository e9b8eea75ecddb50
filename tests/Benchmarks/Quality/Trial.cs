namespace Benchmarks.Quality;

/// <summary>A method at a budget with a seed: a plan to find, and to test.</summary>
internal sealed record Trial
{
    /// <summary>The section of the report, also the first part of the key.</summary>
    public required string Section { get; init; }

    /// <summary>Mean visual tokens.</summary>
    public required int Budget { get; init; }

    /// <summary>The method's name in tables.</summary>
    public required string Method { get; init; }

    /// <summary>What kind of method.</summary>
    public required MethodKind Kind { get; init; }

    /// <summary>The seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Finds the plan.</summary>
    public required Func<Workbench, Found> Find { get; init; }

    /// <summary>What finding depends on besides the model and the data, as text.</summary>
    public string Settings { get; init; } = "";

    /// <summary>Units that must be done before.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>What the plan is tested on.</summary>
    public TestGround On { get; init; }

    /// <summary>The trial's name in keys.</summary>
    public string Key => $"{Section}/{Budget}/{string.Concat(Method.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '+' or '-')).Trim().Replace(' ', '-').ToLowerInvariant()}/{Seed}";

    /// <summary>The unit that finds the plan.</summary>
    public string FindKey => $"{Key}/find";

    /// <summary>The unit that tests the plan.</summary>
    public string TestKey => $"{Key}/test";
}
