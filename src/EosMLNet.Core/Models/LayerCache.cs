using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>The keys and values of one decoder layer, kept for decoding. Its tensors belong to no dispose scope.</summary>
public sealed class LayerCache : IDisposable
{
    /// <summary>Keys after RoPE, (B, key-value heads, T, head size); null while empty.</summary>
    public Tensor? Keys { get; private set; }

    /// <summary>Values, (B, key-value heads, T, head size); null while empty.</summary>
    public Tensor? Values { get; private set; }

    /// <summary>The number of tokens held.</summary>
    public long Length => Keys?.shape[2] ?? 0;

    /// <summary>Adds the keys and values of new tokens behind those already held.</summary>
    internal void Append(Tensor keys, Tensor values)
    {
        Keys = Grow(Keys, keys);
        Values = Grow(Values, values);
    }

    /// <summary>Makes the given rows (int64, (B')) the cache's rows; a row may be taken several times.</summary>
    internal void Select(Tensor rows)
    {
        using Tensor? keys = Keys, values = Values;
        Keys = keys?.index_select(0, rows).DetachFromDisposeScope();
        Values = values?.index_select(0, rows).DetachFromDisposeScope();
    }

    private static Tensor Grow(Tensor? held, Tensor added)
    {
        using (held)
            return (held is null ? added.clone() : cat([held, added], dim: 2)).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys?.Dispose();
        Values?.Dispose();
        Keys = Values = null;
    }
}
