using EosMLNet;
using EosMLNet.LibTorch;
using EosMLNet.Search;

namespace Microsoft.ML;

/// <summary>Adds the search to <see cref="VisionLanguageCatalog"/>, and what it reports to the transformers that it makes.</summary>
public static class OperatorSearchExtensions
{
    /// <summary>
    /// Create an <see cref="OperatorSearchEstimator"/>, which searches how to make a vision-language model cheaper on the images and
    /// questions of its data.
    /// </summary>
    /// <param name="catalog">The operations on vision-language models.</param>
    /// <param name="options">The model, the budget and everything else.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range, or no constraint is set; what only the model can tell, such
    /// as the number of its layers, <c>Fit</c> finds. EOS2001: libtorch cannot be loaded. EOS2004: the installed ML.NET does not
    /// fit.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
    /// var pipeline = ml.Transforms.LoadImages("Image", "images", "ImagePath")
    ///     .Append(ml.VisionLanguage().OperatorSearch(
    ///         new OperatorSearchOptions { ModelPath = "scenes-llava", Constraints = { MeanVisualTokens = 16 } }));
    /// using var model = pipeline.Fit(data);
    /// ml.Model.Save(model, data.Schema, "vqa.zip");
    /// </code>
    /// </example>
    public static OperatorSearchEstimator OperatorSearch(this VisionLanguageCatalog catalog, OperatorSearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        TorchRuntime.EnsureLoaded();
        return new(catalog.Builder(nameof(OperatorSearchEstimator), options), options);
    }

    /// <summary>
    /// Create an <see cref="OperatorSearchEstimator"/>, which searches how to make a vision-language model cheaper on the images and
    /// questions of its data.
    /// </summary>
    /// <param name="catalog">The operations on vision-language models.</param>
    /// <param name="modelPath">The folder of the model in Hugging Face layout.</param>
    /// <param name="meanVisualTokens">The most visual tokens that a decoder layer may see on average.</param>
    /// <param name="imageColumnName">The column with the images, of type <see cref="Microsoft.ML.Data.MLImage"/>, or with the paths of
    /// several a row, of vectors of text.</param>
    /// <param name="questionColumnName">The column with the questions, of type text.</param>
    /// <param name="answerColumnName">The column with the expected answers, of type text.</param>
    /// <param name="predictedAnswerColumnName">The column to make with the model's answers, of type text.</param>
    /// <param name="scoreColumnName">The column to make with the mean probability of an answer's tokens, of type
    /// <see cref="float"/>.</param>
    /// <param name="visualTokensColumnName">The column to make with the visual tokens that a layer sees on average, of type
    /// <see cref="float"/>.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range, or no constraint is set; what only the model can tell, such
    /// as the number of its layers, <c>Fit</c> finds. EOS2001: libtorch cannot be loaded. EOS2004: the installed ML.NET does not
    /// fit.</exception>
    public static OperatorSearchEstimator OperatorSearch(this VisionLanguageCatalog catalog, string modelPath, double meanVisualTokens,
        string imageColumnName = "Image", string questionColumnName = "Question", string answerColumnName = "Answer",
        string predictedAnswerColumnName = "PredictedAnswer", string scoreColumnName = "Score",
        string visualTokensColumnName = "VisualTokens") => catalog.OperatorSearch(new OperatorSearchOptions
        {
            ModelPath = modelPath,
            Constraints = { MeanVisualTokens = meanVisualTokens },
            ImageColumnName = imageColumnName,
            QuestionColumnName = questionColumnName,
            AnswerColumnName = answerColumnName,
            PredictedAnswerColumnName = predictedAnswerColumnName,
            ScoreColumnName = scoreColumnName,
            VisualTokensColumnName = visualTokensColumnName,
        });

    extension(VisionLanguageTransformer transformer)
    {
        /// <summary>
        /// What the search did that made the transformer; it is saved with it. Null where no search did, and for models that were saved
        /// before 0.2 or by <c>eos</c>.
        /// </summary>
        /// <exception cref="EosException">EOS4003: what was saved is not a report.</exception>
        public SearchReport? Report => transformer.ReportJson is { } json ? SearchReports.Parse(json) : null;
    }
}
