namespace Gpu.Report;

/// <summary>What Hugging Face transformers does with the same shape on the same device.</summary>
internal sealed record Peer
{
    /// <summary>The versions of torch and transformers; <see langword="null"/> where one is missing.</summary>
    public string? Versions { get; init; }

    /// <summary>The attention implementation that the model says it uses.</summary>
    public string? Attention { get; init; }

    /// <summary>Why there are no rows, or no more.</summary>
    public string? Problem { get; init; }

    public IReadOnlyList<PeerRow> Rows { get; init; } = [];
}
