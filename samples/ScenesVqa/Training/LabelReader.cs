using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScenesVqa.Training;

/// <summary>
/// Lets a projector begin with what a linear regression reads of a tower's features: each label's classes, and their opposites. What is told by a
/// thousandth of the features' size, such as a place, is found by regression at once, and by gradients after thousands of steps.
/// </summary>
internal static class LabelReader
{
    private const double Ridge = 1, Gain = 3;

    /// <summary>Sets the first rows of the projector's first layer.</summary>
    /// <param name="model">The model, not yet trained on questions.</param>
    /// <param name="images">Images that the tower has looked at, with labels.</param>
    /// <param name="task">What the labels are.</param>
    public static void Begin(VisionLanguageModel model, IReadOnlyList<ImageQuestions> images, TowerTask task)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var features = cat([.. images.Select(image => image.Seen!.to(ScalarType.Float32))]);                // (N, dv)
        var known = cat([features, ones(features.shape[0], 1)], dim: 1);                                     // (N, dv + 1)
        var batch = new TowerBatch([.. images.Select(image => image.Labels!)]);
        var wanted = cat([.. task.Cells.Zip(batch.Cells, (label, classes) =>
            functional.one_hot(classes.Add(1L), label.Classes + 1).narrow(1, 1, label.Classes).to(ScalarType.Float32))], dim: 1); // (N, classes)
        wanted = wanted.sub(wanted.mean([0L]));
        var found = linalg.solve(known.t().matmul(known).Add(eye(known.shape[1]).Mul(Ridge)), known.t().matmul(wanted)).Mul(Gain).t();
        var rows = cat([found, found.neg()]);                                                                // (2 · classes, dv + 1)
        var (weight, bias) = (model.Weights["multi_modal_projector.linear_1.weight"], model.Weights["multi_modal_projector.linear_1.bias"]);
        var (count, width) = (Math.Min(rows.shape[0], weight.shape[0]), weight.shape[1]);
        weight.narrow(0, 0, count).copy_(rows.narrow(0, 0, count).narrow(1, 0, width));
        bias.narrow(0, 0, count).copy_(rows.narrow(0, 0, count).select(1, width));
    }
}
