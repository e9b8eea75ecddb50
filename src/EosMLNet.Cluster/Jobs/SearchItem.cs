using System.Text.RegularExpressions;
using EosMLNet.Search;
using EosMLNet.Tensors;

namespace EosMLNet.Cluster;

/// <summary>One search of a <see cref="SearchJob"/>. Paths start from the shared folder.</summary>
[GenerateSerializer, Immutable]
public sealed partial record SearchItem
{
    private static readonly SearchSettings Defaults = new() { Constraints = new() };

    /// <summary>Its plan's file name without the extension: letters, digits, - _ and dots, at most 64.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>The model's folder.</summary>
    [Id(1)]
    public required string Model { get; init; }

    /// <summary>The table of questions and answers.</summary>
    [Id(2)]
    public required string Data { get; init; }

    /// <summary>The folder that the table's image paths start from.</summary>
    [Id(3)]
    public required string Images { get; init; }

    /// <summary>Held-out questions, of images in the same folder.</summary>
    /// <value>The default is null: a tenth of the images of <see cref="Data"/>.</value>
    [Id(4)]
    public string? Validation { get; init; }

    /// <summary>The limits by the names of their kinds, such as <c>MeanVisualTokens</c>; at least one. Those on latency are none: they hold
    /// for one machine.</summary>
    [Id(5)]
    public required IReadOnlyDictionary<string, double> Limits { get; init; }

    /// <summary><see cref="SearchSettings.Seed"/>.</summary>
    [Id(6)]
    public int Seed { get; init; } = Defaults.Seed;

    /// <summary><see cref="SearchSettings.Steps"/>.</summary>
    [Id(7)]
    public int Steps { get; init; } = Defaults.Steps;

    /// <summary><see cref="SearchSettings.BatchSize"/>.</summary>
    [Id(8)]
    public int? BatchSize { get; init; }

    /// <summary><see cref="SearchSettings.CheckpointEvery"/>: no more steps than these are made twice where a machine dies.</summary>
    [Id(9)]
    public int CheckpointEvery { get; init; } = Defaults.CheckpointEvery;

    /// <summary>The type of numbers to compute in.</summary>
    [Id(10)]
    public ModelDataType DataType { get; init; }

    internal IEnumerable<(string Setting, string Path, bool IsFolder)> Inputs =>
    [
        ("model", Model, true), ("data", Data, false), ("images", Images, true),
        .. Validation is { } held ? [("validation", held, false)] : Array.Empty<(string, string, bool)>(),
    ];

    /// <summary>The kinds of limits that there are.</summary>
    internal static IEnumerable<ConstraintKind> Kinds => ConstraintKind.All.OfType<LedgerKind>();

    /// <exception cref="EosException">EOS1013: a value is out of its range.</exception>
    internal void Check()
    {
        if (!FileName().IsMatch(Name))
            throw new EosException(EosErrors.InvalidOption,
                $"A search is called '{Name}', and its plan is a file of that name; expected letters, digits, '-', '_' and dots behind " +
                "the first letter or digit, at most 64.");
        foreach (var name in Limits.Keys.Where(name => Kinds.All(kind => kind.Name != name)))
            throw new EosException(EosErrors.InvalidOption,
                $"The search '{Name}' limits '{name}'; expected some of {string.Join(", ", Kinds)}." +
                Spelling.Suggestion(name, Kinds.Select(kind => kind.Name)));
        ToSettings(null).CheckValues((setting) => $"{setting} of the search '{Name}'");
    }

    /// <summary>The search's settings.</summary>
    /// <param name="checkpoint">Where its state is kept; the seed is added to the name.</param>
    internal SearchSettings ToSettings(string? checkpoint) => new()
    {
        Constraints = Kinds.Where(kind => Limits.ContainsKey(kind.Name))
            .Aggregate(new SearchConstraints(), (constraints, kind) => constraints.With(kind, Limits[kind.Name])),
        Seed = Seed,
        Steps = Steps,
        BatchSize = BatchSize,
        CheckpointEvery = CheckpointEvery,
        CheckpointPath = checkpoint,
    };

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex FileName();
}
