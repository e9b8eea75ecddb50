using System.Text.Json;
using EosMLNet.Tests.Templates;
using EosMLNet.Tests.Tokenizers;

namespace EosMLNet.Tests.Prompts;

/// <summary>Prompts with system texts, videos, places in the text and earlier turns, against the ids of their whole text.</summary>
public sealed class ConversationTests : IDisposable
{
    private const int ImageMark = 540, VideoMark = 541, TurnEnd = 518, Start = 525, End = 526, ImagePad = 528, VideoPad = 529;
    private const string Picture = "<|vision_start|><|image_pad|><|vision_end|>", Clip = "<|vision_start|><|video_pad|><|vision_end|>";
    private const string Opening = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, Opening + $"<|im_start|>user\n{Picture}{Picture}Why?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("Be brief.", $"<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n{Picture}{Picture}Why?<|im_end|>\n<|im_start|>assistant\n")]
    public void A_system_text_takes_the_place_of_the_templates_own(string? system, string text)
    {
        var ids = Load("qwen2_5_vl", ChatTemplates.Qwen2Vl, system: system).EncodePrompt("Why?", images: 2);
        Assert.Equal(Encode(text), ids);
        Assert.Equal(2, ids.Count(id => id == ImagePad));
    }

    [Fact]
    public void A_question_places_its_images_and_videos()
    {
        var ids = Load("qwen2_5_vl").EncodePrompt([], "a <image> b <video>", [new ImagePart(), new VideoPart([0.5, 1.5])]);
        Assert.Equal(Encode($"{Opening}<|im_start|>user\na {Picture} b {Clip}<|im_end|>\n<|im_start|>assistant\n"), ids);
    }

    [Theory]
    [InlineData("<image>", "0 <video> for 1 videos")]
    [InlineData("<image><image><video>", "2 <image> for 1 images")]
    [InlineData("<video>", "0 <image> for 1 images")]
    public void Marks_of_one_kind_alone_are_refused(string question, string both) => Expect.Error(EosErrors.ModelInput,
        () => Load("qwen2_5_vl").EncodePrompt([], question, [new ImagePart(), new VideoPart([0.5])]), both);

    [Fact]
    public void A_later_question_has_no_places() => Expect.Error(EosErrors.ModelInput,
        () => Load("llava").EncodePrompt([new("<image>Why?", "red")], "and <image>?", [new ImagePart()]), "“and <image>?”", "1 <image> for 0");

    [Fact]
    public void A_videos_mark_is_text_where_there_is_none()
    {
        var ids = Load("qwen2_5_vl").EncodePrompt("what is <video>?", images: 0);
        Assert.DoesNotContain(VideoPad, ids);
    }

    [Fact]
    public void A_model_that_takes_no_videos_refuses_them() => Expect.Error(EosErrors.ModelInput,
        () => Load("llava", videos: false).EncodePrompt([], "Why?", [new VideoPart([0.5])]), "1 videos", "takes none");

    // The places that transformers' processor writes, one token each.
    [Fact]
    public void A_video_of_timed_steps_is_written_as_transformers_writes_it()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("backbones", "qwen3_vl", "processor", "video-prompt.json")));
        var checkedSteps = 0;
        foreach (var one in golden.RootElement.GetProperty("sampling").EnumerateArray())
        {
            double[] seconds = [.. one.GetProperty("timestamps").EnumerateArray().Select(time => time.GetDouble())];
            string[] texts = [.. one.GetProperty("text").EnumerateArray().Select(text => text.GetString()!)];
            var ids = Load("qwen3_vl").EncodePrompt([], "Why?", [new ImagePart(), new VideoPart(seconds)]);
            var steps = string.Concat(texts.Select(time => time + Clip));
            Assert.Equal(Encode($"<|im_start|>user\n{Picture}{steps}Why?<|im_end|>\n<|im_start|>assistant\n"), ids);
            Assert.Equal(seconds.Length, ids.Count(id => id == VideoPad));
            checkedSteps += seconds.Length;
        }
        Assert.True(checkedSteps > 20);
        Assert.Equal("<0.2 seconds>|<0.8 seconds>|<1.2 seconds>|", VideoSteps.Write([0.25, 0.75, 1.25], "|"));
    }

    [Theory]
    [InlineData("qwen2_5_vl", "<|im_end|>\n<|im_start|>user\nand now?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen3_vl", "<|im_end|>\n<|im_start|>user\nand now?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("llava_onevision", "<|im_end|><|im_start|>user \nand now?<|im_end|><|im_start|>assistant\n")]
    [InlineData("llava", "<|im_end|>USER: and now? ASSISTANT:")]
    [InlineData("llava_next", "<|im_end|>USER: and now? ASSISTANT:")]
    public void A_second_questions_ids_begin_with_those_of_the_first_and_its_answer(string modelType, string rest)
    {
        var processor = Load(modelType);
        IReadOnlyList<PromptPart> about = [new ImagePart(), new ImagePart()];
        int[] first = [.. processor.EncodePrompt("Why?", images: 2), .. processor.EncodeAnswer("red")];
        var second = processor.EncodePrompt([new("Why?", "red")], "and now?", about);
        Assert.Equal(first, second[..first.Length]);
        Assert.Equal(Encode(rest)[1..], second[first.Length..]); // the end mark is the answer's
        int[] both = [.. second, .. processor.EncodeAnswer("blue")];
        var third = processor.EncodePrompt([new("Why?", "red"), new("and now?", "blue")], "then?", about);
        Assert.Equal(both, third[..both.Length]);
        Assert.Equal(2, third.Count(id => id is ImagePad or ImageMark));
    }

    [Fact]
    public void A_template_that_writes_earlier_turns_otherwise_cannot_go_on()
    {
        var processor = Load("qwen2_5_vl", "{% for m in messages %}{% if loop.last %}{% for p in m.content %}{{ p.text if p.type == 'text' else " +
            $"'{Picture}' }}}}{{% endfor %}}{{% elif m.role == 'assistant' %}}{{{{ m.content[0].text }}}}{{% endif %}}{{% endfor %}}");
        Assert.Equal([Start, ImagePad, End, 64], processor.EncodePrompt("a", images: 1));
        Expect.Error(EosErrors.ModelInput, () => processor.EncodePrompt([new("a", "b")], "c", []), "cannot go on after the answer 1");
    }

    [Theory]
    [InlineData("qwen2_5_vl", "{system}|<image>{question}|", "Be brief.", $"Be brief.|{Picture}{Picture}Why?|")]
    [InlineData("qwen2_5_vl", "{system}|<image>\n{question}", null, $"|{Picture}\n{Picture}\nWhy?")]
    [InlineData("llava", "{question} <image>", null, "Why? <image><image>")]
    public void An_own_template_has_images_written_as_the_model_has_them(string modelType, string template, string? system, string text) =>
        Assert.Equal(Encode(text, Load(modelType, template: template, system: system).EncodePrompt("Why?", images: 2).Length), Load(
            modelType, template: template, system: system).EncodePrompt("Why?", images: 2));

    [Theory]
    [InlineData("<image>{question}", "Be brief.", "{system}")]
    [InlineData("<image>{question}{system}{system}", "Be brief.", "at most one {system}")]
    [InlineData(null, " ", "SystemText")]
    public void A_system_text_without_a_place_is_refused(string? template, string system, string expected) =>
        Expect.Error(EosErrors.InvalidOption, () => Load("llava", template: template, system: system), expected);

    [Theory]
    [InlineData("{% for m in messages if m.role == 'user' %}{% for p in m.content %}{{ p.text if p.type == 'text' else '<image>' }}|{% endfor %}{% endfor %}", "no place")]
    [InlineData("{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system.') }}{% endif %}{% for p in m.content %}{{ p.text if p.type == 'text' else '<image>' }}|{% endfor %}{% endfor %}", "No system.")]
    public void Prompts_that_take_no_system_text_refuse_it(string chatTemplate, string expected)
    {
        Assert.NotEmpty(Load("llava", chatTemplate).EncodePrompt("Why?"));
        Expect.Error(EosErrors.InvalidOption, () => Load("llava", chatTemplate, system: "Be brief."), expected);
    }

    [Fact]
    public void A_template_that_is_not_understood_is_an_error_when_a_question_is_asked()
    {
        var processor = Load("qwen2_5_vl", "{% include 'x' %}");
        Expect.Error(EosErrors.ChatTemplate, () => processor.EncodePrompt("Why?"), "'include'", "--prompt-template");
        Assert.Contains(processor.Notes, note => note.Contains("'include'"));
        Assert.NotEmpty(Load("qwen2_5_vl", "{% include 'x' %}", template: "<image>{question}").EncodePrompt("Why?"));
    }

    [Fact]
    public void A_template_that_writes_one_image_for_two_is_refused()
    {
        var processor = Load("llava", "{% for m in messages %}{% if m.content | selectattr('type', 'equalto', 'image') | list %}<image>{% endif %}" +
            "{% for p in m.content %}{{ p.text }}{% endfor %}|{% endfor %}");
        Assert.NotEmpty(processor.EncodePrompt("Why?"));
        Expect.Error(EosErrors.ChatTemplate, () => processor.EncodePrompt("Why?", images: 2), "1 places of images for 2 images");
    }

    [Fact]
    public void Images_and_videos_themselves_are_written_in_their_order()
    {
        var image = new RgbImage(1, 1, [1, 2, 3]);
        var ids = Load("qwen3_vl").EncodePrompt("Why?", [new VideoFrames([image, image], [0.5, 1.5], 2), image]);
        Assert.Equal(
            Encode($"<|im_start|>user\n<0.5 seconds>{Clip}<1.5 seconds>{Clip}{Picture}Why?<|im_end|>\n<|im_start|>assistant\n"), ids);
    }

    // It writes a question only where images are asked about, too.
    [Fact]
    public void A_template_that_leaves_a_question_out_is_refused()
    {
        var processor = Load("llava", "{% for m in messages %}{% if m.content | selectattr('type', 'equalto', 'image') | list %}" +
            "{% for p in m.content %}{{ p.text if p.type == 'text' else '<image>' }}{% endfor %}{% endif %}|{% endfor %}");
        Assert.Equal(Encode("<image>Why?|"), processor.EncodePrompt("Why?", images: 1));
        Assert.Equal(Encode("|"), processor.EncodePrompt(" ", images: 0));
        Assert.Equal(Unfit("does not write the question"), Message(() => processor.EncodePrompt("Why?", images: 0)));
    }

    [Theory]
    [InlineData("qwen2_5_vl", 1)]
    [InlineData("qwen3_vl", 2)] // one for each step
    public void A_template_that_leaves_videos_out_is_refused(string modelType, int places)
    {
        var processor = Load(modelType, "{% for m in messages %}{% for p in m.content %}{% if p.type == 'text' %}{{ p.text }}" +
            $"{{% elif p.type == 'image' %}}{Picture}{{% endif %}}{{% endfor %}}|{{% endfor %}}");
        Assert.Equal(Encode($"{Picture}Why?|"), processor.EncodePrompt("Why?", images: 1));
        Assert.Equal(Unfit($"writes 0 places of videos, expected {places}"),
            Message(() => processor.EncodePrompt([], "Why?", [new VideoPart([0.5, 1.5])])));
    }

    [Fact]
    public void An_own_template_goes_on_behind_the_answer()
    {
        var processor = Load("qwen2_5_vl", template: "{system}<image>{question}:", system: "Be brief.");
        int[] first = [.. processor.EncodePrompt("Why?", images: 1), .. processor.EncodeAnswer("red")];
        var second = processor.EncodePrompt([new("Why?", "red")], "then?", [new ImagePart()]);
        Assert.Equal([.. first, .. Encode("then?:")], second);
    }

    [Fact]
    public void A_special_token_behind_an_answer_stays_unless_it_ends_one()
    {
        var processor = Load("qwen2_5_vl", template: "<|im_start|><image>{question}:");
        int[] first = [.. processor.EncodePrompt("Why?", images: 1), .. processor.EncodeAnswer("red")];
        Assert.Equal(
            [.. first, .. Encode("<|im_start|>then?:")], processor.EncodePrompt([new("Why?", "red")], "then?", [new ImagePart()]));
    }

    [Fact]
    public void An_answer_may_be_the_first_that_a_template_writes()
    {
        var processor = Load("llava", "{% for m in messages %}{% for p in m.content %}{{ p.text if p.type == 'text' else '<image>' }}" +
            "{% endfor %}{% endfor %}");
        Assert.Equal([.. processor.EncodeAnswer("red"), .. Encode("then?")], processor.EncodePrompt([new("", "red")], "then?", []));
    }

    [Fact]
    public void Why_a_conversation_cannot_go_on_is_told() => Assert.Equal(
        "EOS1015: A conversation cannot go on after the answer 1: the model's prompts write earlier questions and answers otherwise than " +
        "they were asked, or the answer is empty. Ask the question by itself.",
        Message(() => Load("llava").EncodePrompt([new("Why?", "")], "then?", [])));

    // A template that writes the place of a video always.
    [Fact]
    public void A_place_of_a_timed_video_that_is_not_there_is_left_out()
    {
        var processor = Load("qwen3_vl", $"{{% for m in messages %}}{Clip}{{% for p in m.content %}}" +
            $"{{% if p.type == 'text' %}}{{{{ p.text }}}}{{% elif p.type == 'image' %}}{Picture}{{% endif %}}{{% endfor %}}|" +
            "{% endfor %}");
        Assert.Equal(Encode($"{Picture}Why?|"), processor.EncodePrompt("Why?", images: 1));
        Assert.Equal(Encode($"<0.5 seconds>{Clip}Why?|"), processor.EncodePrompt([], "Why?", [new VideoPart([0.5])]));
    }

    [Fact]
    public void A_videos_mark_behind_an_images_is_text_where_there_is_none()
    {
        var ids = Load("qwen2_5_vl").EncodePrompt("<image><video>", images: 1);
        Assert.Equal((1, 0), (ids.Count(id => id == ImagePad), ids.Count(id => id is VideoPad or VideoMark)));
    }

    [Theory]
    [InlineData("why?", 1, 0, null)]
    [InlineData("why?", 1, 1, null)]
    [InlineData("<video>", 1, 0, null)]
    [InlineData("<video>", 0, 1, null)]
    [InlineData("<image><video>", 1, 1, null)]
    [InlineData("<image><video>", 1, 0, null)]
    [InlineData("<image>", 2, 0, "holds 1 <image> for 2 images. Write one for each, or none: then they stand in front.")]
    [InlineData("<video>", 1, 1, "holds 0 <image> for 1 images. Write one for each, or none: then they stand in front.")]
    [InlineData("<image>", 1, 1, "holds 0 <video> for 1 videos. Write one for each, or none of either kind.")]
    [InlineData("<video><video>", 0, 1, "holds 2 <video> for 1 videos. Write one for each, or none of either kind.")]
    public void A_question_places_all_images_and_videos_or_none(string question, int images, int videos, string? wrong) =>
        Assert.Equal(wrong, VisionLanguageProcessor.WrongMarks(question, images, videos));

    [Theory]
    [InlineData(null, null)]
    [InlineData("{system}<image>{question}", null)]
    [InlineData(null, "Be brief.")]
    [InlineData("{system}<image>{question}", "Be brief.")]
    public void What_the_user_says_about_the_prompts_is_kept(string? template, string? system)
    {
        var processor = Load("llava", template: template, system: system);
        var asked = template is null && system is null ? null : new PromptChoice(template, system);
        Assert.Equal(asked, processor.Asked);
        Assert.Equal(asked, processor.AsPublished().Asked);
    }

    [Theory]
    [InlineData("llava", null, "Be brief. USER: <image>\n{question} ASSISTANT:")]
    [InlineData("llava_next", null, "Be brief. USER: <image>\n{question} ASSISTANT:")]
    [InlineData("llava", "{system} <image>{question}", "Be brief. <image>{question}")]
    public void A_system_text_of_the_users_own_stays_in_benchmarks(string modelType, string? template, string expected)
    {
        var processor = Load(modelType, template: template, system: "Be brief.");
        Assert.Equal((expected, expected), (processor.PromptTemplate, processor.AsPublished().PromptTemplate));
    }

    [Fact]
    public void A_template_of_the_users_own_gets_no_system_text_in_benchmarks()
    {
        var processor = Load("llava", template: "{system}<image>{question}");
        Assert.Equal("<image>{question}", processor.AsPublished().PromptTemplate);
    }

    [Fact]
    public void A_folders_template_is_not_looked_at_where_the_user_gives_one()
    {
        const string Unknown = "{% include 'x' %}";
        Assert.DoesNotContain(
            Load("qwen2_5_vl", Unknown, template: "<image>{question}").Notes, note => note.Contains("'include'", StringComparison.Ordinal));
        Expect.Error(EosErrors.ChatTemplate, () => Assert.NotEmpty(Load("qwen2_5_vl", Unknown).PromptTemplate), "'include'");
    }

    [Fact]
    public void Where_a_system_text_could_go_is_told() => Assert.Equal(
        $"EOS1013: a system text was given, but the prompts of this model ('{_folder["chat_template.jinja"]}') have no place for one. " +
        "Leave it out, or give a prompt template with {system}.",
        Message(() => Load("llava", "{% for m in messages if m.role == 'user' %}{% for p in m.content %}" +
            "{{ p.text if p.type == 'text' else '<image>' }}|{% endfor %}{% endfor %}", system: "Be brief.")));

    [Fact]
    public void Marks_and_special_tokens_of_a_users_texts_are_text()
    {
        var ids = Load("qwen2_5_vl", system: "<|im_end|>").EncodePrompt($"{Picture}{{question}}", images: 1);
        Assert.Equal(1, ids.Count(id => id == ImagePad));
        Assert.Equal(2, ids.Count(id => id == TurnEnd));
    }

    private static string Message(Action ask) => Assert.Throws<EosException>(ask).Message;

    private string Unfit(string what) => $"EOS1017: The prompt of this model ('{_folder["chat_template.jinja"]}') {what}. Give a prompt " +
        "template of your own, with <image> and {question} in it: --prompt-template, or the option PromptTemplate.";

    private int[] Encode(string text, int length = -1)
    {
        int[] ids = [.. TokenizerFiles.Read(_folder["tokenizer.json"]).Encode(text)];
        Assert.True(length < 0 || length == ids.Length);
        return ids;
    }

    private VisionLanguageProcessor Load(
        string modelType, string? chatTemplate = null, bool videos = true, string? template = null, string? system = null)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(TokenizerFiles.Golden(TokenizerFiles.Bpe)));
        var isQwen = modelType.StartsWith("qwen", StringComparison.Ordinal);
        string[] added =
        [
            golden.RootElement.GetProperty("added_tokens").GetRawText()[1..^1],
            TokenizerFiles.Added(ImageMark, "<image>", "special"),
            TokenizerFiles.Added(VideoMark, "<video>", "special"),
        ];
        _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, ("added_tokens", $"[{string.Join(',', added)}]")));
        _folder.Write("config.json", JsonSerializer.Serialize(new { model_type = modelType }));
        if (chatTemplate is not null)
            _folder.Write("chat_template.jinja", chatTemplate);
        var config = new LlavaConfig
        {
            Vision = new() { ImageSize = 28, PatchSize = 14 },
            Text = new() { VocabularySize = 600 },
            ImageTokenIndex = isQwen ? ImagePad : ImageMark,
            VideoTokenIndex = !videos ? null : isQwen ? VideoPad : VideoMark,
            EosTokenIds = [TurnEnd],
        };
        return VisionLanguageProcessor.Load(_folder.Path, config, template, systemText: system);
    }
}
