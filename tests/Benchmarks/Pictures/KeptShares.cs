using EosMLNet.Onnx;
using ScenesVqa.Scenes;

namespace Benchmarks.Pictures;

/// <summary>How often a plan keeps each visual token of an image.</summary>
internal static class KeptShares
{
    /// <summary>Asks all questions, each by itself.</summary>
    /// <param name="plan">A plan of the sample's model, whose last site decides.</param>
    /// <param name="scene">The image.</param>
    /// <param name="questions">The questions.</param>
    /// <returns>For each row and column of the grid, the share of the questions in which the last layer still sees the token.</returns>
    internal static double[,] Of(ReductionPlan plan, Scene scene, IReadOnlyList<string> questions)
    {
        using var model = OnnxModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-llava"), plan);
        var image = new RgbImage(scene.Width, scene.Height, scene.Pixels);
        var encoded = model.Encode([(image, 1)]);
        var grid = plan.Model.Grid!.Value;
        var shares = new double[grid.Rows, grid.Columns];
        var rows = questions.Select(question => (model.Processor!.EncodePrompt(question, images: 1), encoded)).ToList();
        model.GenerateEncoded(rows, maxNewTokens: 1, onKept: (_, kept) =>
        {
            foreach (var place in kept[^1].Places)
                shares[place / shares.GetLength(1), place % shares.GetLength(1)] += 1.0 / questions.Count;
        });
        return shares;
    }
}
