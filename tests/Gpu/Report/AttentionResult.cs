namespace Gpu.Report;

/// <summary>What libtorch's attention does under one setting of its switches.</summary>
internal sealed record AttentionResult
{
    /// <summary>The variables that the process was given, beside those that EosMLNet sets itself.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The order in which kernels are tried, after the first attention; <see langword="null"/> where libtorch does not tell.</summary>
    public string? Order { get; init; }

    /// <summary>Attention with a mask that takes a gradient, and one step of a search, in bf16.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    public IReadOnlyList<TokenRow> Tokens { get; init; } = [];
}
