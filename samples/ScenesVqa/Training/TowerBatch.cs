using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>The labels of some images. The tensors belong to the caller's dispose scope.</summary>
internal sealed class TowerBatch(IReadOnlyList<TowerLabels> images)
{
    /// <summary>Per label, class indices of the cells of all images, (N); −1 where there is none.</summary>
    public Tensor[] Cells { get; } =
        [.. images[0].Cells.Select((_, i) => tensor(images.SelectMany(image => image.Cells[i]).Select(label => (long)label).ToArray()))];

    /// <summary>Which things are there, (B, things) of 0 and 1.</summary>
    public Tensor Present { get; } = tensor(images.SelectMany(image => image.Present).ToArray(), [images.Count, images[0].Present.Length]);

    /// <summary>Per entry of the summary, (B) class indices.</summary>
    public Tensor[] Summary { get; } =
        [.. images[0].Summary.Select((_, i) => tensor(images.Select(image => image.Summary[i]).ToArray()))];
}
