using EosMLNet.Engines;
using EosMLNet.Onnx;

namespace EosMLNet;

/// <summary>A model that ONNX Runtime runs under a plan.</summary>
internal sealed class OnnxAnsweringModel : AnsweringModel
{
    private readonly OnnxModel model;
    private readonly FeatureCache<EncodedImage>? images;
    private readonly Func<ReductionPlan, OnnxModel> load;
    private readonly long imageCacheBytes;

    /// <param name="model">The model; this one's to dispose, once it is made.</param>
    /// <param name="load">Loads it once more, under another plan.</param>
    /// <param name="notes">What a user should know.</param>
    /// <param name="imageCacheBytes">How much of what the encoder makes of images is kept; 0 for nothing.</param>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer.</exception>
    public OnnxAnsweringModel(
        OnnxModel model, Func<ReductionPlan, OnnxModel> load, IReadOnlyList<string> notes, long imageCacheBytes)
        : base(model.Processor, model.Plan, model.Fingerprint, notes)
    {
        (this.model, this.load, this.imageCacheBytes) = (model, load, imageCacheBytes);
        images = imageCacheBytes > 0 ? new(Encode, image => image.Bytes, imageCacheBytes) : null;
    }

    public override IReadOnlyList<(int[] Ids, double MeanProbability)> Generate(
        IReadOnlyList<Query> queries, int maxNewTokens, Action<int, int>? onToken = null, CancellationToken cancellation = default)
    {
        if (images is null)
            return model.Generate([.. queries.Select(query => (query.Images, query.Question))], maxNewTokens, onToken, cancellation);
        return model.GenerateEncoded([.. queries.Select(query => (Processor.EncodePrompt(query.Question, query.Images),
            images.Get([.. query.Images.Select(image => (image, query.Images.Count))])))],
            maxNewTokens, onToken, cancellation: cancellation);
    }

    public override AnsweringModel WithPlan(ReductionPlan plan) => new OnnxAnsweringModel(load(plan), load, Notes, imageCacheBytes);

    public override void Dispose()
    {
        images?.Dispose();
        model.Dispose();
    }

    private EncodedImage Encode(Visual image, int imagesInPrompt) => model.Encode([(image, imagesInPrompt)])[0];
}
