using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>
/// What turns images, questions and answers into a model's inputs and its output into text: image processor, tokenizer and prompt of one
/// checkpoint folder. May be used from several threads.
/// </summary>
public sealed class VisionLanguageProcessor
{
    private const string ImageMark = "<image>";
    private const string QuestionMark = "{question}";

    /// <summary>What to do about a question that holds the image's placeholder.</summary>
    public const string ImageMarkRemedy = $"The prompt has the image's place already; leave {ImageMark} out of the question.";

    private readonly TextTokenizer _tokenizer;
    private readonly ModelConfig _config;
    private bool _imageMarkIsText;
    private readonly PromptForm _form;

    private VisionLanguageProcessor(
        ImageProcessor images, TextTokenizer tokenizer, ModelConfig config, IReadOnlyList<string> notes, PromptForm form) =>
        (Images, _tokenizer, _config, Notes, _form) = (images, tokenizer, config, notes, form);

    /// <summary>Makes the vision tower's input.</summary>
    public ImageProcessor Images { get; }

    /// <summary>
    /// What a user should know about the folder's files, a sentence each: which defaults were taken, which files disagree. Mostly empty.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The prompt around a question: <c>&lt;image&gt;</c> stands for the image, <c>{question}</c> for the question.</summary>
    /// <value>The default is the one that the folder's chat template and <c>model_type</c> name; where they name none, that of LLaVA-1.5:
    /// <c>USER: &lt;image&gt;\n{question} ASSISTANT:</c>.</value>
    public string PromptTemplate => _form.Template;

    /// <summary>Whether a checkpoint folder has a tokenizer; one without it can still be run on token ids.</summary>
    public static bool Exists(string folder) => TextTokenizer.Exists(folder);

    /// <summary>
    /// Reads the tokenizer's files and the image processor's: <c>processor_config.json</c> where it has an <c>image_processor</c>, else
    /// <c>preprocessor_config.json</c>. Without either, CLIP's settings are taken, and <see cref="Notes"/> says so.
    /// </summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="config">The folder's configuration.</param>
    /// <param name="promptTemplate">See <see cref="PromptTemplate"/>; null for the folder's own.</param>
    /// <param name="padding">What becomes of images that are not square; the default is <see cref="ImagePadding.Square"/>.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported image processor. EOS1013: the template. EOS1014: missing
    /// or malformed tokenizer files.</exception>
    public static VisionLanguageProcessor Load(
        string folder, ModelConfig config, string? promptTemplate = null, ImagePadding padding = ImagePadding.Square)
    {
        var notes = new List<string>();
        var images = config.LoadImages(folder, padding, notes);
        var tokenizer = TextTokenizer.Load(folder, notes);
        return new(images, tokenizer, config, notes, promptTemplate is null ? ChatTemplate.Choose(folder, notes) : Own(promptTemplate));
    }

    /// <summary>
    /// The same for questions of published benchmarks: the prompt around them is the one that the model's authors ask them with, and
    /// <c>&lt;image&gt;</c> in one is plain text.
    /// </summary>
    public VisionLanguageProcessor AsPublished() =>
        new(Images, _tokenizer, _config, Notes, _form with { Template = _form.PublishedTemplate }) { _imageMarkIsText = true };

    private static PromptForm Own(string template) => template.Split(ImageMark).Length == 2 && template.Split(QuestionMark).Length == 2
        ? new("own", template, template.Contains(ImageMark + "\n", StringComparison.Ordinal) ? ImageMark + "\n" : ImageMark, [], _ => false)
        : throw new EosException(EosErrors.InvalidOption,
            $"the prompt template '{template}' was given, expected one {ImageMark} and one {QuestionMark} in it.");

    /// <summary>The ids of the prompt around a question; each image's place is taken by one image token.</summary>
    /// <param name="question">The question. Special tokens spelt out in it are plain text, but <c>&lt;image&gt;</c> is refused: the prompt
    /// has the image's place.</param>
    /// <param name="images">How many images it is about, from 0 up. They are named before the question.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="images"/> is negative.</exception>
    /// <exception cref="EosException">EOS1014: the tokenizer does not fit the model. EOS1015: the question holds
    /// <c>&lt;image&gt;</c>.</exception>
    public int[] EncodePrompt(string question, int images = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        if (NamesImage(question) && !_imageMarkIsText)
            throw new EosException(EosErrors.ModelInput, $"The question “{question}” holds {ImageMark}. {ImageMarkRemedy}");
        var ids = new List<int>(_tokenizer.Begin(_config.BosTokenId));
        var places = string.Concat(Enumerable.Repeat(_form.EachImage, images));
        string[] parts = [.. SplitAtSpecialTokens(PromptTemplate.Replace(_form.EachImage, places))];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] == ImageMark)
                ids.Add(_config.ImageTokenIndex);
            else if (_tokenizer.SpecialTokens.TryGetValue(parts[i], out var special))
                ids.Add(special);
            else
                ids.AddRange(Checked(_tokenizer.EncodePart(Stripped(parts, i).Replace(QuestionMark, question), isFirst: i == 0)));
        }
        return [.. ids];
    }

    // Some special tokens take the white space beside them with them.
    private string Stripped(string[] parts, int at)
    {
        var text = at > 0 && _tokenizer.Strips(parts[at - 1]).After ? parts[at].TrimStart() : parts[at];
        return at + 1 < parts.Length && _tokenizer.Strips(parts[at + 1]).Before ? text.TrimEnd() : text;
    }

    /// <summary>Whether a question holds <c>&lt;image&gt;</c>, which its prompt has once already.</summary>
    public static bool NamesImage(string question) => question.Contains(ImageMark, StringComparison.Ordinal);

    /// <summary>
    /// The ids that continue a prompt with an answer: a space (unless the prompt ends with white space), the answer, the end of the
    /// sequence.
    /// </summary>
    public int[] EncodeAnswer(string answer)
    {
        var ids = char.IsWhiteSpace(PromptTemplate[^1])
            ? _tokenizer.EncodePart(answer, isFirst: false)
            : _tokenizer.EncodeContinuation(answer);
        return [.. Checked(ids), _config.EosTokenIds[0]];
    }

    /// <summary>The ids of a plain text, without beginning or end of sequence.</summary>
    public int[] EncodeText(string text) => [.. Encode(text)];

    /// <summary>The text of generated ids: special tokens are skipped, spaces at both ends removed.</summary>
    public string Decode(ReadOnlySpan<int> ids) => _tokenizer.Decode(ids);

    private IReadOnlyList<int> Encode(string text) => Checked(_tokenizer.Encode(text));

    // An id beyond the embedding table would be read from beyond it.
    private IReadOnlyList<int> Checked(IReadOnlyList<int> ids)
    {
        foreach (var id in ids)
        {
            if (id >= _config.Text.VocabularySize)
                throw new EosException(EosErrors.Tokenizer,
                    $"the tokenizer made the id {id}, the model has {_config.Text.VocabularySize}; tokenizer and config.json do not " +
                    "belong together.");
        }
        return ids;
    }

    // "USER: <image>\n{question} ASSISTANT:" -> "USER: ", "<image>", "\n{question} ASSISTANT:"
    private IEnumerable<string> SplitAtSpecialTokens(string template)
    {
        var longestFirst = _tokenizer.SpecialTokens.Keys.Append(ImageMark).OrderByDescending(token => token.Length).Select(Regex.Escape);
        return Regex.Split(template, $"({string.Join('|', longestFirst)})").Where(part => part.Length > 0);
    }
}
