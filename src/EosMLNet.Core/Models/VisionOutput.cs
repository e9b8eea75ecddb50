using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>What the frozen vision tower and projector make of I images.</summary>
/// <param name="Features">Visual tokens in the decoder's space, (I, n, d).</param>
/// <param name="ClsAttention">The tower's [CLS] attention to each visual token, averaged over heads, (I, n); null where the tower has no
/// [CLS] token.</param>
/// <param name="Kept">Where each token stands among the visual tokens of an unreduced image, ascending, int64, (I, n); null where all are
/// there.</param>
/// <param name="Mass">How many original tokens each one stands for, float32, (I, n); null where it is 1 for all.</param>
public sealed record VisionOutput(Tensor Features, Tensor? ClsAttention, Tensor? Kept = null, Tensor? Mass = null) : IDisposable
{
    /// <summary>The plan whose sites in the encoder made the tokens fewer; null where all are there.</summary>
    public ReductionPlan? Plan { get; init; }

    /// <summary>The number of images.</summary>
    public long Count => Features.shape[0];

    /// <summary>The outputs of some of the images, in the order of <paramref name="images"/>.</summary>
    /// <param name="images">Image indices, int64, (J).</param>
    public VisionOutput Select(Tensor images) => Map(x => x.index_select(0, images));

    /// <summary>The images of several outputs, one after another.</summary>
    /// <param name="outputs">The outputs, at least one, all made under one plan.</param>
    public static VisionOutput Join(IReadOnlyList<VisionOutput> outputs)
    {
        return new VisionOutput(All(o => o.Features)!, All(o => o.ClsAttention), All(o => o.Kept), All(o => o.Mass)) { Plan = outputs[0].Plan };

        Tensor? All(Func<VisionOutput, Tensor?> part) => part(outputs[0]) is null ? null : cat([.. outputs.Select(o => part(o)!)]);
    }

    /// <summary>The tensors that are there.</summary>
    public IEnumerable<Tensor> Tensors => new[] { Features, ClsAttention, Kept, Mass }.OfType<Tensor>();

    /// <summary>The same with each tensor replaced.</summary>
    /// <param name="each">Makes the new tensor of the old one.</param>
    public VisionOutput Map(Func<Tensor, Tensor> each)
    {
        return new VisionOutput(each(Features), Optional(ClsAttention), Optional(Kept), Optional(Mass)) { Plan = Plan };

        Tensor? Optional(Tensor? x) => x is null ? null : each(x);
    }

    /// <summary>Hands the tensors to the dispose scope around the current one.</summary>
    public VisionOutput MoveToOuterDisposeScope() => Map(x => x.MoveToOuterDisposeScope());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }
}
