using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Training;
using static TorchSharp.torch;

namespace PhotoMosaics.Training;

/// <summary>
/// Filters to begin a patch embedding with: the principal components of patches, each of equal size. Neighbouring pixels are alike, so that
/// random filters see little but a patch's mean colour.
/// </summary>
internal static class PatchWhitening
{
    // Components that are smaller than this, of pixels of variance 1, stay small: they are noise.
    private const double Smallest = 0.02, Size = 0.7;

    /// <summary>The components, the largest first, (patch · patch · 3, 3, patch, patch).</summary>
    /// <param name="photos">Photographs of one size.</param>
    /// <param name="images">What makes pixel values of them.</param>
    /// <param name="patch">Pixels on each side of a patch.</param>
    public static Tensor Of(IReadOnlyList<ImageQuestions> photos, ImageProcessor images, int patch)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        long values = 3 * patch * patch;
        var pixels = images.ToInput([.. photos.Select(photo => photo.Image)]).PixelValues;             // (N, 3, H, W)
        var patches = pixels.unfold(2, patch, patch).unfold(3, patch, patch)                           // (N, 3, rows, columns, patch, patch)
            .permute(0, 2, 3, 1, 4, 5).reshape(-1, values);
        var (sizes, components) = linalg.eigh(patches.t().matmul(patches).Div((double)patches.shape[0])); // the smallest first
        var filters = components.t().Mul(Size).mul(sizes.relu().Add(Smallest).rsqrt().unsqueeze(1));
        return filters.flip(0).view(values, 3, patch, patch).MoveToOuterDisposeScope();
    }
}
