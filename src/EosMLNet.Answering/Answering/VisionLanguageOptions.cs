using EosMLNet.Search;
using EosMLNet.Tensors;

namespace EosMLNet;

/// <summary>What every vision-language estimator can be told: which model, which columns, how to answer, how to save.</summary>
public abstract class VisionLanguageOptions
{
    /// <summary>For the options of this library's stages.</summary>
    protected VisionLanguageOptions()
    {
    }

    /// <summary>
    /// The folder of the model in Hugging Face layout: <c>config.json</c>, safetensors, tokenizer files, <c>preprocessor_config.json</c>.
    /// </summary>
    /// <value>There is no default; it must be given.</value>
    public string ModelPath { get; set; } = "";

    /// <summary>
    /// The column with the images, of type <see cref="Microsoft.ML.Data.MLImage"/>: one a row. For several images a row it holds their
    /// paths, as vectors of text: <c>string[]</c>. Paths that are not absolute start from the current directory. The model sees the images
    /// in this order: where the question has as many <c>&lt;image&gt;</c>, in their places, else in front of it.
    /// </summary>
    /// <value>The default is <c>Image</c>.</value>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>
    /// Several columns with images, in the place of <see cref="ImageColumnName"/>, each of one of its types. A row's images are those of
    /// the first column, then those of the next one. A column that has none in a row adds none to it.
    /// </summary>
    /// <value>The default is no name: the one column of <see cref="ImageColumnName"/>.</value>
    public IReadOnlyList<string> ImageColumnNames { get; set; } = [];

    /// <summary>The column with the questions, of type text.</summary>
    /// <value>The default is <c>Question</c>.</value>
    public string QuestionColumnName { get; set; } = "Question";

    /// <summary>
    /// The column to make with the model's answers, of type text. A row without an image or a question has an empty answer.
    /// </summary>
    /// <value>The default is <c>PredictedAnswer</c>.</value>
    public string PredictedAnswerColumnName { get; set; } = "PredictedAnswer";

    /// <summary>
    /// The column to make with the mean probability of an answer's tokens, of type <see cref="float"/>, from 0 to 1; NaN where there is no
    /// answer.
    /// </summary>
    /// <value>The default is <c>Score</c>.</value>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>The column to make with the visual tokens that a decoder layer sees on average, of type <see cref="float"/>.</summary>
    /// <value>The default is <c>VisualTokens</c>.</value>
    public string VisualTokensColumnName { get; set; } = "VisualTokens";

    /// <summary>How many rows <c>Transform</c> answers at once. The answers do not depend on it.</summary>
    /// <value>The default is 16.</value>
    public int AnswerBatchSize { get; set; } = 16;

    /// <summary>
    /// How many bytes of what the vision tower makes of images are kept, for further questions about the same image, in <c>Transform</c> or
    /// a <c>PredictionEngine</c>, now or later. Images are the same where their pixels are; those asked about last are kept, on the model's
    /// device. Saved with the model.
    /// </summary>
    /// <remarks>
    /// One image takes visual tokens · width of the decoder · bytes of a number: 4.5 MiB for LLaVA-1.5 in 16 bits. With a cache, images go
    /// through the tower one by one, so that an answer does not depend on what was kept; compared with none, scores may differ in their
    /// last digits.
    /// </remarks>
    /// <value>The default is 0: nothing is kept.</value>
    public long ImageCacheBytes { get; set; }

    /// <summary>
    /// What becomes of images that are not square: <see cref="ImagePadding.Square"/> pads them to a square with the processor's mean
    /// colour, <see cref="ImagePadding.Crop"/> does what the
    /// preprocessor file says, for CLIP a cut from the middle. Recorded in the plan and saved with the model. A plan that is run otherwise
    /// than it was searched is warned of in <c>MLContext.Log</c>.
    /// </summary>
    /// <value>The default is null: as the plan was searched; <see cref="ImagePadding.Square"/> for a search and without a
    /// plan.</value>
    public ImagePadding? ImagePadding { get; set; }

    /// <summary>
    /// The prompt around a question, in the place of the checkpoint's own: <c>&lt;image&gt;</c> stands for the images, as the model has
    /// them written, <c>{question}</c> for the question, and <c>{system}</c>, where it is there, for <see cref="SystemText"/>. Saved with
    /// the model.
    /// </summary>
    /// <value>The default is null: what the checkpoint's chat template writes.</value>
    public string? PromptTemplate { get; set; }

    /// <summary>
    /// What the model is told before every question. A model whose prompts have no place for it refuses it: EOS1013. Saved with the model.
    /// </summary>
    /// <value>The default is null: what the checkpoint's prompts say by themselves, mostly nothing.</value>
    public string? SystemText { get; set; }

    /// <summary>
    /// The type of numbers that the model keeps its weights in and computes with, for the search and for the answers. Saved with the model.
    /// A device that does not compute in it is EOS2009. A search is never in 8 bits: with <see cref="ModelDataType.Int8"/> its answers are.
    /// </summary>
    /// <value>The default is <see cref="ModelDataType.Auto"/>.</value>
    public ModelDataType DataType { get; set; }

    /// <summary>
    /// What runs the model when it answers. A search always runs on TorchSharp, and what it makes answers with it; saved and loaded, it
    /// answers with this engine. Saved with the model.
    /// </summary>
    /// <value>The default is <see cref="AnsweringEngine.Auto"/>: TorchSharp where the application references EosMLNet, else ONNX
    /// Runtime.</value>
    public AnsweringEngine Engine { get; set; }

    /// <summary>The longest answer, in tokens.</summary>
    /// <value>The default is 16.</value>
    public int MaxNewTokens { get; set; } = 16;

    /// <summary>
    /// The largest model, in bytes, whose files <c>Model.Save</c> puts into the zip. A larger model is referred to by its path and
    /// fingerprint.
    /// </summary>
    /// <value>The default is 256 MB.</value>
    public long EmbedWeightsUpTo { get; set; } = 256L << 20;

    /// <summary>Checks the values' ranges, as the stage does that takes the options.</summary>
    /// <param name="named">What the surface calls the options in its messages; by default what they are called here.</param>
    /// <exception cref="EosException">EOS1013: a column has no name, two outputs have the same, or a number is out of its
    /// range.</exception>
    public void Check(OptionNaming? named = null) => ToSettings().Checked(EosErrors.InvalidOption, named);

    /// <summary>What of them is saved with a transformer.</summary>
    internal AnswerSettings ToSettings() => new()
    {
        Image = ImageColumnName,
        Images = ImageColumnNames.Count == 0 ? null : [.. ImageColumnNames],
        Question = QuestionColumnName,
        PredictedAnswer = PredictedAnswerColumnName,
        Score = ScoreColumnName,
        VisualTokens = VisualTokensColumnName,
        BatchSize = AnswerBatchSize,
        MaxNewTokens = MaxNewTokens,
        EmbedWeightsUpTo = EmbedWeightsUpTo,
        ImageCacheBytes = ImageCacheBytes,
        ImagePadding = ImagePadding,
        PromptTemplate = PromptTemplate,
        SystemText = SystemText,
        DataType = DataType,
        Engine = Engine,
    };
}
