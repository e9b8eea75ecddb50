using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// What a model's frozen encoder makes of images, computed once an image and kept while the limit on memory allows; images beyond it are
/// encoded anew whenever they are asked for. Hand one to several evaluations of the same model on the same data. Not safe for use from
/// several threads at once.
/// </summary>
/// <remarks>
/// Images are known by their numbers, so that one that is kept need not be decoded again, and the first ones are kept: who goes over all
/// data time after time would find none of the latest.
/// </remarks>
public sealed class ImageCache : IDisposable
{
    private readonly Dictionary<PromptImage, VisionOutput> kept = [];
    private readonly Func<IReadOnlyList<PromptImage>, VisionOutput> encode;
    private readonly long limitBytes;
    private readonly (VisionLanguageModel? Model, object? Data) owner;
    private long bytes;

    /// <summary>Nothing is encoded yet.</summary>
    /// <param name="model">The model; it stays the caller's to dispose, after the cache.</param>
    /// <param name="data">Whose images.</param>
    /// <param name="limitBytes">The most memory that is kept. The default is 1 GiB, which are 14,000 images of scenes-llava and 227 of
    /// LLaVA-1.5-7B in 16 bits.</param>
    /// <param name="plan">The plan whose sites in the encoder act; images of a plan without such sites are those of the unreduced
    /// model.</param>
    /// <exception cref="EosException">EOS1014: the checkpoint has no tokenizer and with it no image processor.</exception>
    public ImageCache(VisionLanguageModel model, VqaDataset data, long limitBytes = 1L << 30, ReductionPlan? plan = null)
        : this(model, data, i => data.Images[i], limitBytes, plan)
    {
    }

    /// <summary>Images that are decoded when they are needed.</summary>
    internal ImageCache(VisionLanguageModel model, object data, Func<int, Visual> image, long limitBytes, ReductionPlan? plan = null)
        : this(wanted => Encode(model, [.. wanted.Select(one => (image(one.Index), one.InPrompt))], plan), limitBytes)
    {
        _ = model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model's folder has no tokenizer, so questions about images cannot be asked. Copy tokenizer.json or tokenizer.model " +
            "into it.");
        owner = (model, data);
    }

    internal ImageCache(Func<IReadOnlyList<PromptImage>, VisionOutput> encode, long limitBytes) =>
        (this.encode, this.limitBytes) = (encode, limitBytes);

    /// <summary>
    /// Images that are encoded each by itself, so that what is made of one does not depend on which others are asked for beside it.
    /// </summary>
    internal static ImageCache OneByOne(VisionLanguageModel model, VqaDataset data, long limitBytes)
    {
        ImageCache cache = null!;
        return cache = new(wanted =>
        {
            using var scope = NewDisposeScope();
            return VisionOutput.Join([.. wanted.Select(image =>
                cache.Encoding(image, () => Encode(model, [(data.Images[image.Index], image.InPrompt)], null)))]).MoveToOuterDisposeScope();
        }, limitBytes);
    }

    /// <summary>Stands around the encoding of each image that is encoded by itself; the image and what encodes it.</summary>
    internal Func<PromptImage, Func<VisionOutput>, VisionOutput> Encoding { get; set; } = (_, encode) => encode();

    /// <summary>Images are known by their index: under another dataset or model they would be the wrong ones.</summary>
    /// <exception cref="EosException">EOS1013: the cache was made for another model or dataset.</exception>
    internal void CheckIsFor(VisionLanguageModel model, object data)
    {
        if (!ReferenceEquals(owner.Model, model) || !ReferenceEquals(owner.Data, data))
            throw new EosException(EosErrors.InvalidOption,
                "The image cache was made for another model or another dataset. Make one for these, or give none.");
    }

    /// <summary>The encoder's output for some images, in the order given, in the caller's dispose scope.</summary>
    internal VisionOutput Get(IReadOnlyList<PromptImage> images)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var missing = images.Distinct().Where(p => !kept.ContainsKey(p)).ToArray();
        var rows = new Dictionary<PromptImage, VisionOutput>();
        if (missing.Length > 0)
        {
            var output = encode(missing);
            for (var i = 0; i < missing.Length; i++)
                rows[missing[i]] = Keep(missing[i], output.Narrow(i, 1));
        }
        return VisionOutput.Join([.. images.Select(p => kept.TryGetValue(p, out var row) ? row : rows[p])]).MoveToOuterDisposeScope();
    }

    private VisionOutput Keep(PromptImage image, VisionOutput output)
    {
        var size = output.Tensors.Sum(Size);
        if (bytes + size > limitBytes)
            return output;
        bytes += size;
        // Copies: a row of the batch would keep the whole batch.
        return kept[image] = output.Map(x => x.clone().DetachFromDisposeScope());
    }

    private static long Size(Tensor tensor) => tensor.numel() * tensor.element_size();

    private static VisionOutput Encode(
        VisionLanguageModel model, IReadOnlyList<(Visual Image, int InPrompt)> images, ReductionPlan? plan)
    {
        using var scope = NewDisposeScope();
        return model.EncodeImages(model.Processor!.Images.ToInput(images), plan: plan).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var output in kept.Values)
            output.Dispose();
        kept.Clear();
    }
}
