using System.Text.Json;
using EosMLNet.Tests.Templates;

namespace EosMLNet.Tests.Processors;

public sealed class ChatTemplateTests : IDisposable
{
    private const string Other = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% endfor %}";
    private const string Llava = ChatTemplates.Llava;
    private const string OneVision = ChatTemplates.OneVision;

    // For texts: of a language model.
    private const string Qwen = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + " +
        "'<|im_end|>' + '\\n'}}{% endfor %}";

    private const string NoImages = "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}|{% endfor %}";
    private const string NoQuestion = "{% for m in messages %}{% for p in m.content %}[{{ p.type }}]{% endfor %}{% endfor %}";
    private const string TextsOfUsers = "{% for m in messages %}{% if m.role == 'user' %}{{ '[' + m.content + ']' }}" +
        "{% else %}{{ raise_exception('Who is this?') }}{% endif %}{% endfor %}";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, Func<string, string>> Files() => new()
    {
        { "chat_template.jinja", template => template },
        { "chat_template.json", InJson },
        { "processor_config.json", InJson },
        { "tokenizer_config.json", InJson },
        { "tokenizer_config.json", template => JsonSerializer.Serialize(new { chat_template = new[] { new { name = "default", template } } }) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_template_of_other_prompts_is_noted_and_a_known_one_is_not(string file, Func<string, string> write)
    {
        _folder.Write(file, write(Other));
        Assert.Equal("LLaVA-1.5", ChatTemplate.Choose(_folder.Path, _notes).Name);
        var note = Assert.Single(_notes);
        Assert.All((string[])[file, "not followed", @"LLaVA-1.5's, ""USER: <image>\n... ASSISTANT:"""], part => Assert.Contains(part, note));
        _notes.Clear();
        _folder.Write(file, write(Llava));
        Assert.Equal("LLaVA-1.5", ChatTemplate.Choose(_folder.Path, _notes).Name);
        _folder.Write(file, write(OneVision));
        Assert.Equal("LLaVA-OneVision", ChatTemplate.Choose(_folder.Path, _notes).Name);
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData("llava", Llava, "LLaVA-1.5")]
    [InlineData("llava_onevision", OneVision, "LLaVA-OneVision")]
    [InlineData("llava_next", Llava, "Vicuna")]
    [InlineData("llava_next", ChatTemplates.Mistral, "Mistral")]
    [InlineData("llava", ChatTemplates.Mistral, "Mistral")]
    [InlineData("qwen2_5_vl", ChatTemplates.Qwen2Vl, "Qwen2-VL")]
    [InlineData("qwen2_vl", null, "Qwen2-VL")]
    [InlineData("qwen3_vl", ChatTemplates.Qwen3Vl, "Qwen3-VL")]
    [InlineData("qwen3_vl", ChatTemplates.WithMacro, "Qwen3-VL")]
    [InlineData("qwen3_vl", null, "Qwen3-VL")]
    [InlineData("llava_onevision", null, "LLaVA-OneVision")]
    [InlineData("llava", null, "LLaVA-1.5")]
    public void The_models_type_decides_where_the_template_does_not(string modelType, string? template, string expected)
    {
        _folder.Write("config.json", JsonSerializer.Serialize(new { model_type = modelType }));
        if (template is not null)
            _folder.Write("chat_template.jinja", template);
        Assert.Equal(expected, ChatTemplate.Choose(_folder.Path, _notes).Name);
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData("llava_onevision", Qwen, "LLaVA-OneVision", "not followed")]
    [InlineData("llava_onevision", Other, "LLaVA-OneVision", "not followed")]
    [InlineData("llava_onevision", NoImages, "LLaVA-OneVision", "not followed")]
    [InlineData("llava_onevision", NoQuestion, "LLaVA-OneVision", "not followed")]
    [InlineData("llava_onevision", TextsOfUsers, "LLaVA-OneVision", "not followed")]
    public void A_guess_is_noted(string modelType, string? template, string expected, string inNote)
    {
        _folder.Write("config.json", JsonSerializer.Serialize(new { model_type = modelType }));
        if (template is not null)
            _folder.Write("chat_template.jinja", template);
        Assert.Equal(expected, ChatTemplate.Choose(_folder.Path, _notes).Name);
        var note = Assert.Single(_notes);
        Assert.Contains(inNote, note);
        Assert.Contains(expected, note);
    }

    [Fact]
    public void Without_a_template_the_guess_is_told_with_what_to_copy()
    {
        _folder.Write("config.json", """{"model_type":"llava_next"}""");
        Assert.Equal("Vicuna", ChatTemplate.Choose(_folder.Path, _notes).Name);
        Assert.Equal(
            $"'{_folder.Path}' has no chat_template, and models of type llava_next differ in theirs: prompts are Vicuna's, " +
            "\"A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite " +
            "answers to the user's questions. USER: <image>\\n... ASSISTANT:\". Copy the file of the original checkpoint.",
            Assert.Single(_notes));
    }

    [Fact]
    public void A_template_in_double_quotes_is_the_same()
    {
        _folder.Write("chat_template.jinja", OneVision.Replace('\'', '"'));
        Assert.Equal("LLaVA-OneVision", ChatTemplate.Choose(_folder.Path, _notes).Name);
    }

    [Fact]
    public void A_template_that_writes_no_known_form_is_followed()
    {
        _folder.Write("chat_template.jinja", OneVision.Replace("' '", "'\\n'"));
        var form = ChatTemplate.Choose(_folder.Path, _notes);
        Assert.Equal("<|im_start|>user\n<image>\n{question}<|im_end|><|im_start|>assistant\n", form.Shown(null));
        Assert.Contains("chat_template.jinja", form.Name);
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData("\n{% include 'x' %}", "Line 2 ", "'include'")]
    [InlineData("{% for m in messages %}{{ m.content | tojson }}{% endfor %}", "Line 1 ", "'tojson'")]
    public void A_template_that_is_not_understood_is_a_fault_that_names_the_way_out(string template, string line, string what)
    {
        _folder.Write("chat_template.jinja", template);
        var fault = ChatTemplate.Choose(_folder.Path, _notes).Fault!;
        Assert.Equal(EosErrors.ChatTemplate, fault.Code);
        Assert.All((string[])["chat_template.jinja", line, what, "--prompt-template"], part => Assert.Contains(part, fault.Detail));
        Assert.Equal(fault.Detail, Assert.Single(_notes));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("[]")]
    public void A_template_that_is_no_text_is_not_followed(string template)
    {
        var path = _folder.Write("chat_template.json", $$"""{"chat_template":{{template}}}""");
        Assert.Equal("LLaVA-1.5", ChatTemplate.Choose(_folder.Path, _notes).Name);
        Assert.Equal(
            $"'{path}' has a chat_template that is not followed: prompts are LLaVA-1.5's, \"USER: <image>\\n... ASSISTANT:\". " +
            "A model that was trained on other prompts answers worse.", Assert.Single(_notes));
    }

    [Fact]
    public void A_template_that_is_no_text_is_read_as_the_file_has_it()
    {
        _folder.Write("chat_template.json", """{"chat_template":{"default":"{% include 'x' %}"}}""");
        Assert.Contains("'include'", ChatTemplate.Choose(_folder.Path, _notes).Fault!.Detail);
    }

    [Theory]
    [InlineData("default", "LLaVA-OneVision")]
    [InlineData("other", "Qwen3-VL")]
    public void Of_several_templates_the_default_is_taken_or_else_the_first(string name, string expected)
    {
        var named = new[] { new { name = "tool_use", template = ChatTemplates.Qwen3Vl }, new { name, template = OneVision } };
        _folder.Write("tokenizer_config.json", JsonSerializer.Serialize(new { chat_template = named }));
        Assert.Equal(expected, ChatTemplate.Choose(_folder.Path, _notes).Name);
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_folder_without_a_template_is_not_worth_a_word()
    {
        Assert.Equal("LLaVA-1.5", ChatTemplate.Choose(_folder.Path, _notes).Name);
        Assert.Empty(_notes);
    }

    private static string InJson(string template) => JsonSerializer.Serialize(new { chat_template = template });
}
