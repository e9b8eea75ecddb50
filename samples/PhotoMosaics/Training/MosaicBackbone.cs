using EosMLNet.Models;
using EosMLNet.Tensors;
using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa.Training;
using static TorchSharp.torch;

namespace PhotoMosaics.Training;

/// <summary>
/// The shape of <c>mosaics-llava</c>. Its tower learns single photographs first, as that of <see cref="PhotoBackbone"/>, and is taken over:
/// every photograph of a mosaic gets the position embeddings of a single one and a code of its place, which attention has learnt to heed.
/// </summary>
/// <param name="vocabularySize">Tokens.</param>
/// <param name="photos">The checkpoint of single photographs whose tower is taken over; null where the weights come from elsewhere.</param>
internal sealed class MosaicBackbone(int vocabularySize, Checkpoint? photos = null) : LlavaBackbone(vocabularySize, Tower(Mosaic.Side))
{
    /// <summary>Pixels on each side of a patch.</summary>
    public const int Patch = 8;

    /// <summary>Numbers of a token in the tower, and in each of its heads.</summary>
    public const int Width = 192, HeadWidth = 32;

    // The usual size of a number of what the tower gives.
    private const double FeatureSize = 12;

    /// <summary>The tower for square images.</summary>
    /// <param name="side">Pixels on each side of the image.</param>
    public static ClipVisionConfig Tower(int side) => new()
    {
        HiddenSize = Width, IntermediateSize = 3 * Width, LayerCount = 5, HeadCount = Width / HeadWidth, ImageSize = side, PatchSize = Patch,
        Activation = "gelu",
    };

    public override bool ReplacesTower => photos is not null;

    // The projector makes small numbers of the tower's large ones, as the decoder's other tokens are small: it could not learn fast otherwise.
    protected override Tensor? Prepared(string name) => name == "multi_modal_projector.linear_1.weight"
        ? randn(Config.Text.HiddenSize, Width).Mul(1 / (FeatureSize * Math.Sqrt(Width))) : Replaced(name) ?? base.Prepared(name);

    protected override Tensor? Replaced(string name)
    {
        if (photos is null || !name.StartsWith(TowerRoot, StringComparison.Ordinal))
            return null;
        var weight = photos.Read(name, [.. photos.ShapeOf(name)], ScalarType.Float32, CPU);
        return name.EndsWith("position_embedding.weight", StringComparison.Ordinal) ? AtAllPlaces(weight) : weight;
    }

    // (1 + patches of a photograph, d) to (1 + patches of a mosaic, d)
    private static Tensor AtAllPlaces(Tensor ofPhoto)
    {
        const int Side = Photo.Side / Patch, Across = Mosaic.Grid * Side;
        var rows = from cell in Enumerable.Range(0, Across * Across)
                   let row = cell / Across
                   let column = cell % Across
                   select ofPhoto[1 + row % Side * Side + column % Side].Add(PlaceCode.Of(row / Side, column / Side));
        return stack([ofPhoto[0], .. rows]);
    }
}
