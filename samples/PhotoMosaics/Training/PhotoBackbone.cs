using EosMLNet.Models;
using EosMLNet.Tensors;
using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa.Training;
using static TorchSharp.torch;

namespace PhotoMosaics.Training;

/// <summary>
/// A model of single photographs, whose tower that of <see cref="MosaicBackbone"/> begins with. Its attention begins as that of trained vision
/// transformers looks (arXiv:2305.09828): a token looks at those that resemble it and takes away what it sees.
/// </summary>
/// <param name="filters">What the patch embedding begins with, from <see cref="PatchWhitening"/>.</param>
internal sealed class PhotoBackbone(Tensor filters) : LlavaBackbone(Vocabulary.Size, MosaicBackbone.Tower(Photo.Side))
{
    private const double OutputNoise = 0.7, OutputGain = 0.4;

    /// <summary>Photographs are seen at all places of a mosaic in turn.</summary>
    public override void BeforeTowerStep(VisionLanguageModel model, int step)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var positions = model.Weights[TowerRoot + "vision_model.embeddings.position_embedding.weight"];
        var patches = positions.narrow(0, 1, positions.shape[0] - 1);
        patches.copy_(patches.Add(PlaceCode.Of(step / Mosaic.Grid % Mosaic.Grid, step % Mosaic.Grid).to(positions.dtype)));
    }

    // The first numbers of a token are the code's.
    protected override Tensor? Prepared(string name)
    {
        if (!name.EndsWith("patch_embedding.weight", StringComparison.Ordinal))
            return base.Prepared(name);
        var free = MosaicBackbone.Width - PlaceCode.Length;
        return cat([zeros([PlaceCode.Length, .. filters.shape[1..]]), filters.narrow(0, 0, free)]);
    }

    protected override VisionLanguageModel Build(Func<string, long[], Tensor> weight)
    {
        var model = base.Build(weight);
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        for (var layer = 0; layer < Config.Encoder.Layers; layer++)
        {
            var name = $"{TowerRoot}vision_model.encoder.layers.{layer}.self_attn.";
            Tensor query = Of("q_proj"), key = Of("k_proj"), value = Of("v_proj"), output = Of("out_proj");
            key.copy_(key.Add(PlaceCode.Reader().to(key.dtype)));
            query.copy_(key);
            output.copy_(output.Mul(OutputNoise).Add(value.t().Mul(-OutputGain)));

            Tensor Of(string part) => model.Weights[$"{name}{part}.weight"];
        }
        return model;
    }
}
