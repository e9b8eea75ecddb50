using Microsoft.ML;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Search;

/// <summary>Writes a model under a plan as an ML.NET model, whose input columns are <c>Image</c> and <c>Question</c>.</summary>
internal static class ModelArtifactFile
{
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    /// <param name="path">The zip to write.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="planFile">The plan.</param>
    /// <param name="device">Where the model is loaded to be checked.</param>
    /// <param name="embedWeightsUpTo">The most bytes of weights to put into the zip; null for the library's default.</param>
    /// <param name="configure">Sets how the model answers.</param>
    internal static void Write(string path, string modelFolder, string planFile, Device device, long? embedWeightsUpTo = null,
        Action<AnswerOptions>? configure = null)
    {
        var ml = new MLContext { GpuDeviceId = device.type == DeviceType.CUDA ? device.index : null };
        var rows = NoRows(ml); // the model is trained: only its input's schema is needed
        var options = new AnswerOptions { ModelPath = modelFolder, PlanPath = planFile };
        configure?.Invoke(options);
        options.EmbedWeightsUpTo = embedWeightsUpTo ?? options.EmbedWeightsUpTo;
        using var model = ml.VisionLanguage().Answer(options).Fit(rows);
        var target = Path.GetFullPath(path);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp"; // in the same folder: large weights are referred to from there
        try
        {
            ml.Model.Save(model, inputSchema: null, temporary); // ML.NET cannot write the type of an image column
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite,
                $"'{target}' cannot be written: {e.Message} Check that the folder is writable and has room.", e);
        }
        finally
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }

    // A column of images of any size; ML.NET makes that type only where it loads images.
    private static IDataView NoRows(MLContext ml)
    {
        var files = ml.Data.LoadFromEnumerable<Row>([]);
        return ml.Transforms.LoadImages("Image", "", nameof(Row.ImagePath))
            .Append(ml.Transforms.SelectColumns("Image", nameof(Row.Question))).Fit(files).Transform(files);
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";
        public string Question { get; set; } = "";
    }
}
