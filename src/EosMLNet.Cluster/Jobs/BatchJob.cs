using EosMLNet.Tensors;

namespace EosMLNet.Cluster;

/// <summary>
/// A table of questions that a model answers, in parts. The answers are one table in the job's folder, <c>answers.tsv</c>, each row of the
/// questions once and in their order. Paths start from the shared folder.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record BatchJob : ClusterJob
{
    /// <summary>The model's folder.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>The plan that it runs under.</summary>
    /// <value>The default is null: unreduced.</value>
    [Id(1)]
    public string? Plan { get; init; }

    /// <summary>The table: <c>ImagePath</c> and <c>Question</c>, and any other columns.</summary>
    [Id(2)]
    public required string Table { get; init; }

    /// <summary>The folder that the table's image paths start from.</summary>
    [Id(3)]
    public required string Images { get; init; }

    /// <summary>Rows of a part: what one device does in one go, and what is lost of its work when it dies.</summary>
    /// <value>The default is 200.</value>
    [Id(4)]
    public int PartRows { get; init; } = 200;

    /// <summary>Rows that are answered at once.</summary>
    /// <value>The default is 16.</value>
    [Id(5)]
    public int BatchSize { get; init; } = 16;

    /// <summary>The longest answer, in tokens.</summary>
    /// <value>The default is 16.</value>
    [Id(6)]
    public int MaxNewTokens { get; init; } = 16;

    /// <summary>The type of numbers to compute in.</summary>
    [Id(7)]
    public ModelDataType DataType { get; init; }

    internal override string Kind => "batch";

    internal override bool EndsAtFault => true;

    internal override int? ItemCount => null;

    internal override IEnumerable<(string Setting, string Path, bool IsFolder)> Inputs =>
    [
        ("model", Model, true), ("table", Table, false), ("images", Images, true),
        .. Plan is { } plan ? [("plan", plan, false)] : Array.Empty<(string, string, bool)>(),
    ];

    internal override string NameOf(int item) => $"part {item + 1}";

    internal override void Check()
    {
        base.Check();
        CheckAtLeast(1, "The number of rows of a part", PartRows);
        CheckAtLeast(1, "The batch size", BatchSize);
        CheckAtLeast(1, "The longest answer", MaxNewTokens);
    }
}
