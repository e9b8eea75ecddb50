using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>What the frozen vision tower and projector make of I images.</summary>
/// <param name="Features">Visual tokens in the decoder's space, (I, n, d).</param>
/// <param name="ClsAttention">The tower's [CLS] attention to each visual token, averaged over heads, (I, n); null where the tower has no [CLS] token.</param>
public sealed record VisionOutput(Tensor Features, Tensor? ClsAttention) : IDisposable
{
    /// <summary>The number of images.</summary>
    public long Count => Features.shape[0];

    /// <summary>The outputs of some of the images, in the order of <paramref name="images"/>.</summary>
    /// <param name="images">Image indices, int64, (J).</param>
    public VisionOutput Select(Tensor images) => new(Features.index_select(0, images), ClsAttention?.index_select(0, images));

    /// <inheritdoc/>
    public void Dispose()
    {
        Features.Dispose();
        ClsAttention?.Dispose();
    }
}
