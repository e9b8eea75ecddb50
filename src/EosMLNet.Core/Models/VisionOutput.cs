using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// What a frozen vision tower and projector make of some images: the visual tokens of all of them, one image behind the other. Images may
/// have different numbers of tokens; N is the sum.
/// </summary>
public sealed class VisionOutput : IDisposable
{
    /// <summary>Images that all have the same number of tokens.</summary>
    /// <param name="features">Visual tokens in the decoder's space, (I, n, d).</param>
    /// <param name="clsAttention">The tower's [CLS] attention to each token, averaged over heads, (I, n); null where there is none.</param>
    /// <param name="layout">How the tokens of an unreduced image lie; null for the model's usual image.</param>
    public VisionOutput(Tensor features, Tensor? clsAttention = null, VisualLayout? layout = null)
        : this(features, clsAttention, null, null, [.. Enumerable.Repeat(layout, (int)features.shape[0])],
            [.. Enumerable.Repeat((int)features.shape[1], (int)features.shape[0])])
    {
    }

    /// <summary>Any images.</summary>
    /// <param name="features">Visual tokens in the decoder's space, (N, d), or (I, n, d) where all images have n.</param>
    /// <param name="clsAttention">The tower's [CLS] attention to each token, as many numbers as tokens; null where there is none.</param>
    /// <param name="kept">Where each token stands among the tokens of its unreduced image, ascending, int64; null where all are
    /// there.</param>
    /// <param name="mass">How many original tokens each one stands for, float32; null where it is 1 for all.</param>
    /// <param name="layouts">How each image's tokens lie before any reduction; null for the model's usual image.</param>
    /// <param name="counts">The number of tokens of each image.</param>
    internal VisionOutput(
        Tensor features, Tensor? clsAttention, Tensor? kept, Tensor? mass, IReadOnlyList<VisualLayout?> layouts, IReadOnlyList<int> counts)
    {
        Features = features.dim() == 2 ? features : features.flatten(0, 1);
        (ClsAttention, Kept, Mass) = (Flat(clsAttention), Flat(kept), Flat(mass));
        (Layouts, Counts) = (layouts, counts);

        static Tensor? Flat(Tensor? x) => x is null || x.dim() == 1 ? x : x.flatten();
    }

    /// <summary>Visual tokens in the decoder's space, (N, d).</summary>
    public Tensor Features { get; }

    /// <summary>
    /// The tower's [CLS] attention to each visual token, averaged over heads, (N), or what stands in its place in towers without [CLS];
    /// null where it was not computed.
    /// </summary>
    public Tensor? ClsAttention { get; }

    /// <summary>Where each token stands among the tokens of its unreduced image, ascending, int64, (N); null where all are there.</summary>
    public Tensor? Kept { get; }

    /// <summary>How many original tokens each one stands for, float32, (N); null where it is 1 for all.</summary>
    public Tensor? Mass { get; }

    /// <summary>The number of visual tokens of each image.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The plan whose sites in the encoder made the tokens fewer; null where all are there.</summary>
    public ReductionPlan? Plan { get; init; }

    /// <summary>
    /// What is added to each visual token behind the decoder's first layers, (N, planes, d), a plane a layer (DeepStack, arXiv:2406.04334);
    /// null for models without.
    /// </summary>
    public Tensor? Planes { get; init; }

    /// <summary>The number of images.</summary>
    public int Count => Counts.Count;

    /// <summary>How each image's tokens lie before any reduction; null for the model's usual image.</summary>
    internal IReadOnlyList<VisualLayout?> Layouts { get; }

    /// <summary>The visual tokens of images that all have n of them, (I, n, d).</summary>
    /// <exception cref="InvalidOperationException">The images have different numbers of tokens.</exception>
    public Tensor Stacked()
    {
        if (Counts.Distinct().Count() > 1)
            throw new InvalidOperationException($"The images have {string.Join(", ", Counts)} visual tokens; expected the same number.");
        return Features.view(Count, -1, Features.shape[^1]);
    }

    /// <summary>The outputs of some of the images, in the order given; one may be taken several times.</summary>
    /// <param name="images">Indices of images.</param>
    public VisionOutput Select(IReadOnlyList<int> images)
    {
        var starts = Starts();
        var places = images.SelectMany(image => Enumerable.Range(starts[image], Counts[image])).Select(place => (long)place).ToArray();
        var index = tensor(places).Upload(Features.device);
        return Map(x => x.index_select(0, index), images);
    }

    /// <summary>The outputs of a run of images, as views.</summary>
    internal VisionOutput Narrow(int first, int count)
    {
        var starts = Starts();
        var length = Enumerable.Range(first, count).Sum(image => Counts[image]);
        return Map(x => x.narrow(0, starts[first], length), [.. Enumerable.Range(first, count)]);
    }

    /// <summary>The images of several outputs, one after another.</summary>
    /// <param name="outputs">The outputs, at least one, all made under one plan.</param>
    public static VisionOutput Join(IReadOnlyList<VisionOutput> outputs)
    {
        return new VisionOutput(All(o => o.Features)!, All(o => o.ClsAttention), All(o => o.Kept), All(o => o.Mass),
            [.. outputs.SelectMany(o => o.Layouts)], [.. outputs.SelectMany(o => o.Counts)])
        { Plan = outputs[0].Plan, Planes = All(o => o.Planes) };

        Tensor? All(Func<VisionOutput, Tensor?> part) => part(outputs[0]) is null ? null : cat([.. outputs.Select(o => part(o)!)]);
    }

    /// <summary>The tensors that are there.</summary>
    public IEnumerable<Tensor> Tensors => new[] { Features, ClsAttention, Kept, Mass, Planes }.OfType<Tensor>();

    /// <summary>The same images with each tensor replaced.</summary>
    /// <param name="each">Makes the new tensor of the old one.</param>
    public VisionOutput Map(Func<Tensor, Tensor> each) => Map(each, [.. Enumerable.Range(0, Count)]);

    /// <summary>Hands the tensors to the dispose scope around the current one.</summary>
    public VisionOutput MoveToOuterDisposeScope() => Map(x => x.MoveToOuterDisposeScope());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    private VisionOutput Map(Func<Tensor, Tensor> each, IReadOnlyList<int> images)
    {
        return new VisionOutput(each(Features), Optional(ClsAttention), Optional(Kept), Optional(Mass),
            [.. images.Select(image => Layouts[image])], [.. images.Select(image => Counts[image])])
        { Plan = Plan, Planes = Optional(Planes) };

        Tensor? Optional(Tensor? x) => x is null ? null : each(x);
    }

    private int[] Starts()
    {
        var starts = new int[Count + 1];
        for (var image = 0; image < Count; image++)
            starts[image + 1] = starts[image] + Counts[image];
        return starts;
    }
}
