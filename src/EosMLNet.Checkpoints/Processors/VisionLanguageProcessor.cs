using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>
/// What turns images, questions and answers into a model's inputs and its output into text: image processor, tokenizer and prompt of one
/// checkpoint folder. May be used from several threads.
/// </summary>
public sealed class VisionLanguageProcessor
{
    private readonly TextTokenizer _tokenizer;
    private readonly ModelConfig _config;
    private readonly PromptForm _form;
    private readonly PromptWriter? _prompt; // null where the folder's cannot be followed
    private readonly string? _systemText;
    private readonly bool _marksAreText;
    private readonly Lazy<string> _template;
    private readonly Lazy<Regex> _specialTokens;

    private VisionLanguageProcessor(ImageProcessor images, TextTokenizer tokenizer, ModelConfig config, IReadOnlyList<string> notes,
        PromptForm form, PromptWriter? prompt, string? systemText, bool marksAreText = false)
    {
        (Images, _tokenizer, _config, Notes) = (images, tokenizer, config, notes);
        (_form, _prompt, _systemText, _marksAreText) = (form, prompt, systemText, marksAreText);
        _template = new(() => prompt is null ? throw Fault() : form.ShownBy(prompt, systemText));
        var longestFirst =
            tokenizer.SpecialTokens.Keys.Append(PromptMarks.Image).Append(PromptMarks.Video).OrderByDescending(x => x.Length);
        _specialTokens = new(() => new Regex(string.Join('|', longestFirst.Select(Regex.Escape)), RegexOptions.CultureInvariant));
    }

    /// <summary>Makes the vision tower's input.</summary>
    public ImageProcessor Images { get; }

    /// <summary>
    /// What a user should know about the folder's files, a sentence each: which defaults were taken, which files disagree. Mostly empty.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>What the user said about the prompts; null where they are the checkpoint's own.</summary>
    public PromptChoice? Asked { get; private init; }

    /// <summary>
    /// The prompt around a question: <c>&lt;image&gt;</c> stands for the image, as the model has it written, <c>{question}</c> for the
    /// question.
    /// </summary>
    /// <value>The default is what the folder's chat template writes; where it has none, the prompt of its <c>model_type</c>.</value>
    /// <exception cref="EosException">EOS1017: the folder's chat template cannot be followed.</exception>
    public string PromptTemplate => _template.Value;

    /// <summary>Whether a checkpoint folder has a tokenizer; one without it can still be run on token ids.</summary>
    public static bool Exists(string folder) => TextTokenizer.Exists(folder);

    /// <summary>
    /// Reads the tokenizer's files and the image processor's: <c>processor_config.json</c> where it has an <c>image_processor</c>, else
    /// <c>preprocessor_config.json</c>. Without either, CLIP's settings are taken, and <see cref="Notes"/> says so.
    /// </summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="config">The folder's configuration.</param>
    /// <param name="promptTemplate">See <see cref="PromptTemplate"/>; null for the folder's own. It may have <c>{system}</c> in it, the
    /// place of a system text.</param>
    /// <param name="padding">What becomes of images that are not square; the default is <see cref="ImagePadding.Square"/>.</param>
    /// <param name="systemText">What the model is told before every question; null for what its prompts say by themselves.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported image processor. EOS1013: the template, or a system text
    /// that the prompts have no place for. EOS1014: missing or malformed tokenizer files.</exception>
    public static VisionLanguageProcessor Load(string folder, ModelConfig config, string? promptTemplate = null,
        ImagePadding padding = ImagePadding.Square, string? systemText = null)
    {
        var choice = new PromptChoice(promptTemplate, systemText);
        choice.Check();
        var notes = new List<string>();
        var images = config.LoadImages(folder, padding, notes);
        var tokenizer = TextTokenizer.Load(folder, notes);
        var ofFolder = promptTemplate is null ? ChatTemplate.Choose(folder, notes) : ChatTemplate.OfModel(folder);
        PromptWriter? prompt = promptTemplate is not null ? new OwnPrompt(promptTemplate, ofFolder)
            : ofFolder.Fault is null ? new ChatPrompt(ofFolder.ChatTemplate) : null;
        var processor = new VisionLanguageProcessor(images, tokenizer, config, notes, ofFolder, prompt, systemText ?? ofFolder.SystemText)
        {
            Asked = promptTemplate is null && systemText is null ? null : choice,
        };
        if (systemText is not null && prompt is not null)
            processor.CheckPlaceOfSystemText();
        return processor;
    }

    /// <summary>
    /// The same for questions of published benchmarks: the prompt around them is the one that the model's authors ask them with, and
    /// <c>&lt;image&gt;</c> in one is plain text. A template or system text of the user's own stays.
    /// </summary>
    public VisionLanguageProcessor AsPublished() => new(Images, _tokenizer, _config, Notes, _form, _prompt,
        _prompt is ChatPrompt && _systemText == _form.SystemText ? _form.PublishedSystemText ?? _systemText : _systemText,
        marksAreText: true)
    { Asked = Asked };

    /// <summary>The ids of the prompt around a question about one image.</summary>
    /// <inheritdoc cref="EncodePrompt(string, int)"/>
    public int[] EncodePrompt(string question) => EncodePrompt(question, 1);

    /// <summary>The ids of the prompt around a question; each image's place is taken by one image token.</summary>
    /// <param name="question">The question. Special tokens spelt out in it are plain text. With <c>&lt;image&gt;</c> it says where the
    /// images are in its text; without, they stand where the model's prompts have them, mostly in front.</param>
    /// <param name="images">How many images it is about, from 0 up.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="images"/> is negative.</exception>
    /// <exception cref="EosException">EOS1014: the tokenizer does not fit the model. EOS1015: the question holds <c>&lt;image&gt;</c>, but
    /// not once for each image. EOS1017: the folder's chat template cannot be followed.</exception>
    public int[] EncodePrompt(string question, int images)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        return EncodePrompt([], question, [.. Enumerable.Repeat(new ImagePart(), images)]);
    }

    /// <summary>The same for a question about images and videos.</summary>
    /// <param name="question">The question.</param>
    /// <param name="about">The images and videos, in their order.</param>
    /// <exception cref="EosException">EOS1014, EOS1015, EOS1017: as above.</exception>
    public int[] EncodePrompt(string question, IReadOnlyList<Visual> about) =>
        EncodePrompt([], question, [.. about.Select(one => one.InPrompt(Images))]);

    /// <summary>The same for a question about images and videos, and in the course of a conversation.</summary>
    /// <param name="earlier">The questions before it, with their answers, about the same images and videos. The prompt's ids begin with
    /// those of the prompt of the last of them, and of its answer.</param>
    /// <param name="question">The question. Places of images and videos in its text are <c>&lt;image&gt;</c> and <c>&lt;video&gt;</c>: of
    /// all of them, or of none. In a conversation the first question has them.</param>
    /// <param name="about">The images and videos, in their order. Each is one token in the ids; a video is one a step where the model reads
    /// the time of each.</param>
    /// <exception cref="EosException">EOS1014: the tokenizer does not fit the model. EOS1015: the marks in the question are not as many as
    /// images and videos, the model takes no videos, an answer is empty, or the model's prompts cannot be continued. EOS1017: the folder's
    /// chat template cannot be followed.</exception>
    public int[] EncodePrompt(IReadOnlyList<PromptTurn> earlier, string question, IReadOnlyList<PromptPart> about)
    {
        var prompt = _prompt ?? throw Fault();
        var ids = new List<int>(_tokenizer.Begin(_config.BosTokenId));
        var (begins, count) = (ids.Count, earlier.Count);
        var written = Write(prompt, [], count == 0 ? question : earlier[0].Question, about);
        AddPieces(ids, written, isFirst: true);
        if (begins > 0 && ids.Count > begins && ids[begins] == ids[begins - 1]) // the template writes it, too
            ids.RemoveAt(begins);
        CheckPlaces(ids, about);
        for (var i = 0; i < count; i++)
        {
            ids.AddRange(EncodeAnswer(earlier[i].Answer));
            var next = Write(prompt, [.. earlier.Take(i + 1)], i + 1 < count ? earlier[i + 1].Question : question, about);
            AddPieces(ids, Continuation(written, next, i), isFirst: false);
            written = next;
        }
        return [.. ids];
    }

    private TemplateText Write(
        PromptWriter prompt, IReadOnlyList<PromptTurn> earlier, string question, IReadOnlyList<PromptPart> about)
    {
        string[] questions = [.. earlier.Select(turn => turn.Question), question];
        var first = Placed(questions[0], about);
        if (questions.Length > 1)
            Placed(questions[^1], []); // which has no places
        var written = prompt.Write(new Conversation(
            _systemText is null ? null : TemplateText.Of(_systemText, Conversation.OfSystem),
            [first ?? Question(0), .. Enumerable.Range(1, questions.Length - 1).Select(Question)],
            [.. earlier.Select((turn, i) => TemplateText.Of(turn.Answer, Conversation.OfAnswer(i)))],
            first is null ? about : []));
        if (questions[^1].Trim().Length > 0 && !written.Origin.Contains(Conversation.OfQuestion(earlier.Count)))
            throw Unfit("does not write the question");
        VideoPart[] videos = [.. about.OfType<VideoPart>()];
        return !_form.HasTimedVideos ? written
            : written.Replace(_form.Video,
                i => TemplateText.Of(i < videos.Length ? VideoSteps.Write(videos[i].StepSeconds, _form.Video) : ""));

        TemplateText Question(int turn) => TemplateText.Of(questions[turn], Conversation.OfQuestion(turn));
    }

    // The question with images and videos where its marks are; null where it has none.
    private TemplateText? Placed(string question, IReadOnlyList<PromptPart> about)
    {
        var videos = about.OfType<VideoPart>().Count();
        if (videos > 0 && _config.VideoTokenIndex is null)
            throw new EosException(EosErrors.ModelInput, $"The question “{question}” is about {videos} videos, but the model takes none.");
        if (_marksAreText || (!NamesImage(question) && (videos == 0 || PromptMarks.Count(question, PromptMarks.Video) == 0)))
            return null;
        if (WrongMarks(question, about.Count - videos, videos) is { } wrong)
            throw new EosException(EosErrors.ModelInput, $"The question “{question}” {wrong}");
        List<TemplateText> parts = [];
        foreach (var part in Regex.Split(question, videos > 0 ? $"({PromptMarks.Image}|{PromptMarks.Video})" : $"({PromptMarks.Image})"))
        {
            parts.Add(part == PromptMarks.Image ? TemplateText.Of(_form.Image)
                : part == PromptMarks.Video && videos > 0 ? TemplateText.Of(_form.Video)
                : TemplateText.Of(part, Conversation.OfQuestion(0)));
        }
        return TemplateText.Concat(parts);
    }

    /// <summary>What is wrong with the places of images and videos in a question; null where nothing is.</summary>
    /// <param name="question">The question.</param>
    /// <param name="images">How many images it is about.</param>
    /// <param name="videos">How many videos it is about.</param>
    public static string? WrongMarks(string question, int images, int videos = 0)
    {
        var (ofImages, ofVideos) = (PromptMarks.Count(question, PromptMarks.Image), PromptMarks.Count(question, PromptMarks.Video));
        if (ofImages == 0 && (videos == 0 || ofVideos == 0))
            return null;
        if (ofImages != images)
            return $"holds {ofImages} {PromptMarks.Image} for {images} images. Write one for each, or none: then they stand in front.";
        return videos == 0 || ofVideos == videos ? null
            : $"holds {ofVideos} {PromptMarks.Video} for {videos} videos. Write one for each, or none of either kind.";
    }

    /// <summary>Whether a question holds <c>&lt;image&gt;</c>, the place of an image.</summary>
    public static bool NamesImage(string question) => question.Contains(PromptMarks.Image, StringComparison.Ordinal);

    // What follows an answer. The answer brings its own end.
    private TemplateText Continuation(TemplateText asked, TemplateText next, int turn)
    {
        var answer = Conversation.OfAnswer(turn);
        var (from, to) = (next.Origin.IndexOf(answer), next.Origin.LastIndexOf(answer) + 1);
        if (from < 0 || next.Text.AsSpan(0, from).TrimEnd() is var before && !before.SequenceEqual(asked.Text.AsSpan().TrimEnd()))
        {
            throw new EosException(EosErrors.ModelInput,
                $"A conversation cannot go on after the answer {turn + 1}: the model's prompts write earlier questions and answers " +
                "otherwise than they were asked, or the answer is empty. Ask the question by itself.");
        }
        var rest = next.From(to);
        var behind = rest.Trim(char.IsWhiteSpace, end: false);
        var match = _specialTokens.Value.Match(behind.Text);
        return match is { Success: true, Index: 0 } && IdOf(match.Value) is { } id && _config.EosTokenIds.Contains(id)
            ? behind.From(match.Length) : behind;
    }

    private void CheckPlaces(List<int> ids, IReadOnlyList<PromptPart> about)
    {
        var images = about.OfType<ImagePart>().Count();
        var videos = about.OfType<VideoPart>().Sum(video => _form.HasTimedVideos ? video.StepSeconds.Count : 1);
        var ofImages = ids.Count(id => id == _config.ImageTokenIndex);
        var ofVideos = ids.Count(id => id == _config.VideoTokenIndex);
        if (ofImages != images)
            throw Unfit($"writes {ofImages} places of images for {images} images");
        if (ofVideos != videos)
            throw Unfit($"writes {ofVideos} places of videos, expected {videos}");
    }

    private void CheckPlaceOfSystemText()
    {
        try
        {
            if (Write(_prompt!, [], PromptMarks.Question, []).Origin.Contains(Conversation.OfSystem))
                return;
        }
        catch (EosException e) when (e.Code == EosErrors.ChatTemplate)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"a system text was given, but the prompts of this model ({_form.Name}) take none: {e.Detail}", e);
        }
        throw new EosException(EosErrors.InvalidOption,
            $"a system text was given, but the prompts of this model ({_form.Name}) have no place for one. Leave it out, or give a " +
            $"prompt template with {PromptMarks.System}.");
    }

    // Special tokens are those that the template writes; between them, its text and the user's go together.
    private void AddPieces(List<int> ids, TemplateText written, bool isFirst)
    {
        var ofTemplate = string.Create(written.Length, written, (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = text.Origin[i] == TemplateText.Template ? text.Text[i] : '\uFFFF';
        });
        List<TemplateText> pieces = [];
        var from = 0;
        foreach (Match match in _specialTokens.Value.Matches(ofTemplate))
        {
            if (match.Index > from)
                pieces.Add(written.Slice(from, match.Index - from));
            pieces.Add(written.Slice(match.Index, match.Length));
            from = match.Index + match.Length;
        }
        if (from < written.Length)
            pieces.Add(written.From(from));
        for (var i = 0; i < pieces.Count; i++)
        {
            if (Special(pieces[i]) is { } id)
                ids.Add(id);
            else
                ids.AddRange(Checked(_tokenizer.EncodePart(Stripped(pieces, i).Text, isFirst && i == 0)));
        }
    }

    private int? Special(TemplateText piece) => piece.Origin.AsSpan().ContainsAnyExcept(TemplateText.Template) ? null : IdOf(piece.Text);

    private int? IdOf(string token) => token == PromptMarks.Image ? _config.ImageTokenIndex
        : token == PromptMarks.Video && _config.VideoTokenIndex is { } video ? video
        : _tokenizer.SpecialTokens.TryGetValue(token, out var special) ? special : null;

    // Some special tokens take the white space beside them with them: the template's, not the user's.
    private TemplateText Stripped(List<TemplateText> pieces, int at)
    {
        var text = pieces[at];
        var before = at > 0 && _tokenizer.Strips(pieces[at - 1].Text).After;
        var after = at + 1 < pieces.Count && _tokenizer.Strips(pieces[at + 1].Text).Before;
        var (from, to) = (0, text.Length);
        while (before && from < to && IsSpace(from))
            from++;
        while (after && from < to && IsSpace(to - 1))
            to--;
        return text.Slice(from, to - from);

        bool IsSpace(int i) => text.Origin[i] == TemplateText.Template && char.IsWhiteSpace(text.Text[i]);
    }

    private EosException Fault() => new(_form.Fault!.Code, _form.Fault.Detail, _form.Fault);

    private EosException Unfit(string what) =>
        new(EosErrors.ChatTemplate, $"The prompt of this model ({_form.Name}) {what}. {TemplateFault.Remedy}");

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
}
