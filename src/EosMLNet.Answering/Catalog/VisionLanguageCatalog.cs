using System.ComponentModel;
using System.Runtime.ExceptionServices;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// The operations on vision-language models; got from <see cref="VisionLanguageCatalogExtensions.VisionLanguage(MLContext)"/>.
/// </summary>
public sealed class VisionLanguageCatalog
{
    private readonly MLContext ml;

    internal VisionLanguageCatalog(MLContext ml) => this.ml = ml;

    /// <summary>
    /// Create an <see cref="AnswerEstimator"/>, which answers with a model as it is, or under a plan that was searched before.
    /// </summary>
    /// <param name="options">The model, the plan and everything else.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range. EOS1001, EOS4001: the plan is missing or cannot be
    /// read.</exception>
    public AnswerEstimator Answer(AnswerOptions options) => new(Builder(nameof(AnswerEstimator), options), options);

    /// <summary>
    /// Create an <see cref="AnswerEstimator"/>, which answers with a model as it is, or under a plan that was searched before.
    /// </summary>
    /// <param name="modelPath">The folder of the model in Hugging Face layout.</param>
    /// <param name="planPath">A plan file; null to answer unreduced.</param>
    /// <param name="imageColumnName">The column with the images, of type <see cref="Microsoft.ML.Data.MLImage"/>, or with the paths of
    /// several a row, of vectors of text.</param>
    /// <param name="questionColumnName">The column with the questions, of type text.</param>
    /// <param name="predictedAnswerColumnName">The column to make with the model's answers, of type text.</param>
    /// <param name="scoreColumnName">The column to make with the mean probability of an answer's tokens, of type
    /// <see cref="float"/>.</param>
    /// <param name="visualTokensColumnName">The column to make with the visual tokens that a layer sees on average, of type
    /// <see cref="float"/>.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range. EOS1001, EOS4001: the plan is missing or cannot be
    /// read.</exception>
    public AnswerEstimator Answer(string modelPath, string? planPath = null, string imageColumnName = "Image",
        string questionColumnName = "Question", string predictedAnswerColumnName = "PredictedAnswer", string scoreColumnName = "Score",
        string visualTokensColumnName = "VisualTokens") => Answer(new AnswerOptions
        {
            ModelPath = modelPath,
            PlanPath = planPath,
            ImageColumnName = imageColumnName,
            QuestionColumnName = questionColumnName,
            PredictedAnswerColumnName = predictedAnswerColumnName,
            ScoreColumnName = scoreColumnName,
            VisualTokensColumnName = visualTokensColumnName,
        });

    /// <summary>Compares answers with the expected ones.</summary>
    /// <param name="predictions">What a <see cref="VisionLanguageTransformer"/> made of data that has the expected answers.</param>
    /// <param name="answerColumnName">The column with the expected answers, of type text.</param>
    /// <param name="predictedAnswerColumnName">The column with the model's answers, of type text.</param>
    /// <param name="familyColumnName">The column with each question's family, of type text; null when there is none.</param>
    /// <param name="scoreColumnName">The column with the answers' scores, of type <see cref="float"/>; null when there is none.</param>
    /// <param name="imageColumnName">The column that names each row's image, such as its path, of type text, or its images, of vectors of
    /// text; null when there is none. Rows that share an image are resampled together.</param>
    /// <param name="visualTokensColumnName">The column with the visual tokens that a layer sees on average, of type <see cref="float"/>;
    /// null when there is none.</param>
    /// <exception cref="EosException">EOS1012: there are no rows.</exception>
    public VisionLanguageMetrics Evaluate(IDataView predictions, string answerColumnName = "Answer",
        string predictedAnswerColumnName = "PredictedAnswer", string? familyColumnName = null, string? scoreColumnName = "Score",
        string? imageColumnName = null, string? visualTokensColumnName = null)
    {
        var host = ((IHostEnvironment)ml).Register(nameof(Evaluate));
        host.CheckValue(predictions, nameof(predictions));
        return new AnswerEvaluator(host, answerColumnName, predictedAnswerColumnName, familyColumnName, scoreColumnName, imageColumnName,
            visualTokensColumnName).Evaluate(predictions);
    }

    /// <summary>
    /// Loads a saved pipeline, to be asked as it was made: one that begins with <c>LoadImages</c> wants paths. <see cref="LoadAnswering"/>
    /// is for images in memory. It loads as <c>ml.Model.Load</c> does, but fails with an <see cref="EosException"/> and its code, where
    /// ML.NET wraps what went wrong in exceptions of its own.
    /// </summary>
    /// <param name="path">The zip. Only load models from sources that you trust.</param>
    /// <param name="inputSchema">The schema of the data that the pipeline was made with; null when it was saved without.</param>
    /// <returns>The pipeline; it is an <see cref="IDisposable"/>.</returns>
    /// <exception cref="EosException">EOS1001: there is no such file. EOS2001: libtorch cannot be loaded. EOS2002: the GPU is not there.
    /// EOS2010: no engine is there. EOS4003: the file is damaged or of a newer version. EOS4004: its weights are missing, or others that
    /// cannot be loaded; other weights of the same shape are found beside the work, and the first answer is EOS4004.</exception>
    public ITransformer Load(string path, out DataViewSchema? inputSchema)
    {
        if (!File.Exists(path))
            throw new EosException(EosErrors.FileMissing, $"There is no model '{path}'. Expected the zip that ml.Model.Save wrote.");
        try
        {
            return ml.Model.Load(path, out inputSchema);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            for (var inner = e; inner is not null; inner = inner.InnerException)
                if (inner is EosException)
                    ExceptionDispatchInfo.Throw(inner);
            throw new EosException(EosErrors.ModelArtifact,
                $"'{path}' cannot be loaded: {e.GetBaseException().Message} Save the model again, or fetch it anew.", e);
        }
    }

    /// <summary>
    /// Loads the answering stage alone of a saved pipeline, for images in memory: an upload, a camera. It takes the columns <c>Image</c>
    /// and <c>Question</c> (or as they were named), whatever the pipeline
    /// begins with: a zip of <c>ml.Model.Save</c>, of <c>eos search --artifact</c> or of a build.
    /// </summary>
    /// <param name="path">The zip. Only load models from sources that you trust.</param>
    /// <returns>The stage. It holds the model's weights: dispose it when the last question was asked.</returns>
    /// <exception cref="EosException">As <see cref="Load"/>. EOS4003 also where the pipeline has no vision-language stage, or
    /// several.</exception>
    /// <example>
    /// <code>
    /// using var model = ml.VisionLanguage().LoadAnswering("vqa.zip");
    /// using var engine = ml.VisionLanguage().CreatePredictionEngine&lt;Ask, Answer&gt;(model); // one for each thread
    /// using var image = ml.VisionLanguage().LoadImage(upload);                          // a stream
    /// Console.WriteLine(engine.Predict(new Ask { Image = image, Question = "what colour is it?" }).PredictedAnswer);
    ///
    /// class Ask
    /// {
    ///     [ImageType(336, 336)] // ML.NET wants numbers here; images may have any size
    ///     public MLImage Image { get; set; }
    ///     public string Question { get; set; }
    /// }
    /// class Answer
    /// {
    ///     public string PredictedAnswer { get; set; }
    ///     public float Score { get; set; }
    /// }
    /// </code>
    /// </example>
    public VisionLanguageTransformer LoadAnswering(string path)
    {
        var pipeline = Load(path, out _);
        try
        {
            return AnsweringStage(pipeline);
        }
        catch (EosException e)
        {
            (pipeline as IDisposable)?.Dispose();
            throw new EosException(e.Code, $"'{path}': {e.Message[(e.Code.Length + 2)..]}", e);
        }
    }

    /// <summary>
    /// The answering stage of a pipeline that was fitted or loaded, for images in memory beside images in files. It shares the
    /// pipeline's weights: dispose one of the two, after the last question.
    /// </summary>
    /// <param name="pipeline">The pipeline, or the stage itself.</param>
    /// <exception cref="EosException">EOS4003: it has no vision-language stage, or several.</exception>
    public VisionLanguageTransformer AnsweringStage(ITransformer pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        VisionLanguageTransformer[] stages = [.. Stages(pipeline)];
        return stages.Length == 1 ? stages[0]
            : throw new EosException(EosErrors.ModelArtifact,
                $"The pipeline has {(stages.Length == 0 ? "no vision-language stage" : $"{stages.Length} vision-language stages")}; " +
                "expected one. " +
                (stages.Length == 0 ? "Load a model that ml.VisionLanguage(), eos search or a build has made."
                    : "Take the one that you need out of the chain that Load returns."));

        static IEnumerable<VisionLanguageTransformer> Stages(ITransformer part) => part switch
        {
            VisionLanguageTransformer stage => [stage],
            IEnumerable<ITransformer> chain => chain.SelectMany(Stages),
            _ => [],
        };
    }

    /// <summary>
    /// Makes an engine that asks one question at a time and leaves the model alone when it is disposed, so that each thread can have its
    /// own. ML.NET's <c>Model.CreatePredictionEngine</c> disposes the
    /// model with the engine, under all others that use it.
    /// </summary>
    /// <param name="model">The pipeline or the answering stage; the caller's to dispose, after the last engine.</param>
    /// <typeparam name="TSrc">The rows: image or path, and question.</typeparam>
    /// <typeparam name="TDst">What is wanted of the answers.</typeparam>
    /// <returns>An engine for one thread.</returns>
    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer model)
        where TSrc : class
        where TDst : class, new() =>
        ml.Model.CreatePredictionEngine<TSrc, TDst>(model, new PredictionEngineOptions { OwnsTransformer = false });

    /// <summary>
    /// Decodes an image as <c>eos</c> does: upright, the colours under transparent pixels kept, and refused where it is not whole.
    /// <see cref="MLImage.CreateFromFile(string)"/> shows a file that is cut
    /// short as if it were whole, and turns what is transparent black.
    /// </summary>
    /// <param name="path">The file: PNG, JPEG, WebP, GIF or BMP.</param>
    /// <returns>The image, without alpha; the caller's to dispose.</returns>
    /// <exception cref="EosException">EOS1001: there is no such file. EOS1010: it is no whole image, or has more than 89 million
    /// pixels.</exception>
    public MLImage LoadImage(string path) => RgbImage.Decode(path).ToMlImage();

    /// <summary>The same from a stream, such as an upload.</summary>
    /// <param name="stream">The image's file; read to its end.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="EosException">EOS1010: it is no whole image, or has more than 268 million bytes or 89 million pixels.</exception>
    public MLImage LoadImage(Stream stream, string name = "the upload") => RgbImage.Decode(stream, name).ToMlImage();

    /// <summary>For estimators of other packages that bring the model of their transformer by themselves.</summary>
    /// <param name="name">The estimator's name.</param>
    /// <param name="options">Its options.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range. EOS2004: the installed ML.NET does not fit.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TransformerBuilder Builder(string name, VisionLanguageOptions options)
    {
        var host = ((IHostEnvironment)ml).Register(name);
        host.CheckValue(options, nameof(options));
        MlNetInternals.Check(options.GetType().Assembly);
        return new(host, options);
    }
}
