using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// Where a searched plan comes from. Nothing that changes between two equal searches is recorded: no time, no path, no machine.
/// </summary>
/// <param name="Seed">The seed of the search.</param>
/// <param name="Samples">Question and answer pairs that the search has seen, repetitions included.</param>
/// <param name="Data">The fingerprint of the training data, as <c>sha256:…</c>.</param>
/// <param name="Tool">The version of EosMLNet.</param>
/// <param name="Device">The kind of device searched on: <c>cpu</c> or <c>cuda</c>.</param>
public sealed record PlanProvenance(int Seed, long Samples, string Data, string Tool, string Device)
{
    /// <summary>What the model computed in, such as <c>bfloat16</c>.</summary>
    /// <value>The default is <see langword="null"/>: float32, which is not written down.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DataType { get; init; }
}
