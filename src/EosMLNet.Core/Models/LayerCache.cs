using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>The keys and values of one decoder layer, kept for decoding. Its tensors belong to no dispose scope.</summary>
/// <param name="spare">New tokens that there should be room for behind those of the first <see cref="Append"/>; more than that are copied
/// to a larger place.</param>
public sealed class LayerCache(int spare = 0) : IDisposable
{
    private Tensor? keys, values;            // (B, G, at least Length, hs)

    /// <summary>The number of tokens held.</summary>
    public long Length { get; private set; }

    /// <summary>Keys after RoPE, (B, key-value heads, T, head size), a view in the caller's dispose scope; null while empty.</summary>
    public Tensor? Keys => keys?.narrow(2, 0, Length);

    /// <summary>Values, (B, key-value heads, T, head size), a view in the caller's dispose scope; null while empty.</summary>
    public Tensor? Values => values?.narrow(2, 0, Length);

    /// <summary>Adds the keys and values of new tokens behind those already held, and gives all of them.</summary>
    internal (Tensor Keys, Tensor Values) Append(Tensor newKeys, Tensor newValues)
    {
        keys = WithRoom(keys, newKeys);
        values = WithRoom(values, newValues);
        Place(keys, newKeys);
        Place(values, newValues);
        Length += newKeys.shape[2];
        return (Keys!, Values!);
    }

    /// <summary>A cache of some of the rows, (int64, (B')), which has room of its own; a row may be taken several times.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="spare">New tokens that there should be room for.</param>
    internal LayerCache Select(Tensor rows, int spare)
    {
        var selected = new LayerCache(spare);
        if (Keys is { } heldKeys && Values is { } heldValues)
        {
            using var scope = NewDisposeScope();
            selected.Append(heldKeys.index_select(0, rows), heldValues.index_select(0, rows));
        }
        return selected;
    }

    private Tensor WithRoom(Tensor? held, Tensor added)
    {
        var needed = Length + added.shape[2];
        if (held is not null && held.shape[2] >= needed)
            return held;
        using var scope = NewDisposeScope();
        var larger =
            empty([added.shape[0], added.shape[1], needed + Math.Max(spare, Length / 2), added.shape[3]], added.dtype, added.device);
        using (held)
        {
            if (held is not null)
                larger.narrow(2, 0, Length).copy_(held.narrow(2, 0, Length));
        }
        return larger.DetachFromDisposeScope();
    }

    private void Place(Tensor held, Tensor added)
    {
        using var scope = NewDisposeScope();
        held.narrow(2, Length, added.shape[2]).copy_(added);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        keys?.Dispose();
        values?.Dispose();
        keys = values = null;
        Length = 0;
    }
}
