using Microsoft.ML;

namespace EosMLNet.Tool.Search;

/// <summary>Writes a model under a plan as an ML.NET model, whose input columns are <c>Image</c> and <c>Question</c>.</summary>
internal static class ModelArtifactFile
{
    /// <summary>Writes the zip; the model is not loaded for it. Two writings are the same bytes.</summary>
    /// <param name="path">The zip to write.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="planFile">The plan.</param>
    /// <param name="embedWeightsUpTo">The most bytes of weights to put into the zip; null for the library's default.</param>
    /// <param name="configure">Sets how the model answers.</param>
    /// <param name="namesFolder">Whether a zip that is too small for the weights says where they are; otherwise EOS_MODEL_PATH
    /// does.</param>
    /// <param name="additions">Further entries of the zip, by name.</param>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer. EOS2003: the file cannot be written. EOS4002: the plan was made
    /// for another model.</exception>
    internal static void Write(
        string path, string modelFolder, string planFile, long? embedWeightsUpTo = null, Action<AnswerOptions>? configure = null,
        bool namesFolder = true, IReadOnlyDictionary<string, byte[]>? additions = null)
    {
        var options = new AnswerOptions { ModelPath = modelFolder, PlanPath = planFile };
        configure?.Invoke(options);
        options.EmbedWeightsUpTo = embedWeightsUpTo ?? options.EmbedWeightsUpTo;
        new MLContext().VisionLanguage().Answer(options).SaveWithoutLoading(path, namesFolder, additions);
    }
}
