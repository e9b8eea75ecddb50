using EosMLNet.Engines;
using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet;

/// <summary>
/// A model on TorchSharp under a plan. Nothing in it but the images it remembers changes after its construction. What a call makes lives in
/// that call's own dispose scope.
/// </summary>
internal sealed class TorchModel : AnsweringModel
{
    private readonly ReducedModel reduced;
    private readonly long imageCacheBytes;
    private readonly bool isLent;

    /// <summary>Puts a plan on a model.</summary>
    /// <param name="model">The model; this one's to dispose, once it is made.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="imageCacheBytes">How much of what the encoder makes of images is kept; 0 for nothing.</param>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer. EOS4002: the plan does not fit the model.</exception>
    public TorchModel(VisionLanguageModel model, ReductionPlan plan, long imageCacheBytes)
        : base(model.Processor, plan, model.ToPlanModel().Identity, model.Notes)
    {
        reduced = new ReducedModel(model, plan);
        this.imageCacheBytes = imageCacheBytes;
        Images = imageCacheBytes > 0 ? Cache(Encode, imageCacheBytes) : null;
    }

    private TorchModel(TorchModel lender, ReductionPlan plan)
        : this(lender.Model, plan, lender.imageCacheBytes) => isLent = true;

    public VisionLanguageModel Model => reduced.Model;

    /// <summary>What is kept of images; null where nothing is.</summary>
    public FeatureCache<VisionOutput>? Images { get; }

    /// <summary>A cache of what is in the caller's dispose scope.</summary>
    public static FeatureCache<VisionOutput> Cache(Func<Visual, int, VisionOutput> encode, long limitBytes) => new(
        encode, output => output.Tensors.Sum(x => x.numel() * x.element_size()), limitBytes,
        // Copies: a tensor may be a part of a larger one, which it would keep whole.
        keep: output => output.Map(x => x.clone().DetachFromDisposeScope()),
        // An alias holds the memory, whoever disposes what is kept.
        lend: output => output.Map(x => x.alias()));

    public override IReadOnlyList<(int[] Ids, double MeanProbability)> Generate(
        IReadOnlyList<Query> queries, int maxNewTokens, Action<int, int>? onToken = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var batch = Images is null
            ? PromptBatch.Create(Model, [.. queries.Select(query => (query.Images, query.Question))], Plan)
            : PromptBatch.Create(Model, [.. queries.Select(query => Processor.EncodePrompt(query.Question, query.Images))],
                Remembered(Images, [.. queries.SelectMany(query => query.Images.Select(image => (image, query.Images.Count)))]));
        var generation = onToken is null
            ? reduced.Generate(batch, maxNewTokens, cancellation)
            : reduced.Stream(batch, maxNewTokens, onToken, cancellation);
        return [.. generation.Ids.Zip(generation.MeanProbability)];
    }

    public override AnsweringModel WithPlan(ReductionPlan plan) => new TorchModel(this, plan);

    public override void Dispose()
    {
        Images?.Dispose();
        reduced.Dispose();
        if (!isLent)
            Model.Dispose();
    }

    private static VisionOutput Remembered(FeatureCache<VisionOutput> cache, IReadOnlyList<(Visual Image, int InPrompt)> images)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        return VisionOutput.Join(cache.Get(images)).MoveToOuterDisposeScope();
    }

    private VisionOutput Encode(Visual image, int imagesInPrompt)
    {
        using var scope = NewDisposeScope();
        var input = Processor.Images.ToInput([image], imagesInPrompt);
        return Model.EncodeImages(input, plan: Plan, clsAttention: Plan.NeedsClsAttention).MoveToOuterDisposeScope();
    }
}
