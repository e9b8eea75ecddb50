namespace Gpu.Report;

/// <summary>Prefill and decode of one plan at one batch size.</summary>
internal sealed record SpeedRow
{
    /// <summary>Mean visual tokens per layer; <see langword="null"/> for the unreduced model.</summary>
    public int? Budget { get; init; }

    public required int Batch { get; init; }

    /// <summary>Whether it was measured once more behind all others: what the device's clocks did meanwhile.</summary>
    public bool Again { get; init; }

    /// <summary>Vision tower and projector.</summary>
    public required double EncodeMilliseconds { get; init; }

    /// <summary>The decoder over the prompts, with the first new token.</summary>
    public required double PrefillMilliseconds { get; init; }

    /// <summary>The 64 tokens after it.</summary>
    public required double DecodeMilliseconds { get; init; }

    /// <summary>Multiply-accumulates of the decoder's layers relative to the unreduced model's, at these text tokens.</summary>
    public required double MacsRatio { get; init; }

    /// <summary>Key-value bytes after prefill relative to the unreduced model's.</summary>
    public required double KvBytesRatio { get; init; }

    /// <summary>10¹² floating-point operations of the prefill, two to a multiply-accumulate: the ledger's, and the head's at the last token. The operator's own work is not among them.</summary>
    public required double PrefillTeraflop { get; init; }

    /// <summary>10⁹ bytes that the decoding must read at least: the decoder's weights and the key-value cache, once a token.</summary>
    public required double DecodeGigabytes { get; init; }
}
