using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gpu.Report;

/// <summary>All of <c>gpu.json</c>. What was not reached is missing; each property but the first ones is what the section of its name wrote.</summary>
internal sealed record GpuResults
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The day of the run; <see langword="null"/> where there was none.</summary>
    public DateOnly? Date { get; init; }

    public string Device { get; init; } = "cuda";

    public string Shape { get; init; } = Shapes.Shape.Llava7B.Name;

    public double Seconds { get; init; }

    public IReadOnlyList<SectionState> Sections { get; init; } = [];

    public Facts? Facts { get; init; }

    public IReadOnlyList<CheckResult> Parity { get; init; } = [];

    public AttentionResult? Attention { get; init; }

    public AttentionResult? AttentionCudnn { get; init; }

    public LatencyResult? Latency { get; init; }

    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    public CeilingResult? Ceilings { get; init; }

    public IReadOnlyList<SpeedRow> Speed { get; init; } = [];

    public SitesResult? Sites { get; init; }

    public IReadOnlyList<TilesRow> Tiles { get; init; } = [];

    public IReadOnlyList<SearchRow> Search { get; init; } = [];

    public IReadOnlyList<SearchRow> SearchLargest { get; init; } = [];

    public Peer? Transformers { get; init; }
}
