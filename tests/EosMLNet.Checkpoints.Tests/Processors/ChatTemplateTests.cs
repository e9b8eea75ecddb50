using System.Text.Json;

namespace EosMLNet.Tests.Processors;

public sealed class ChatTemplateTests : IDisposable
{
    private const string Other = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% endfor %}";
    private const string Llava = "{% for message in messages %}{{ message['role'].upper() + ': ' }}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";
    private readonly TemporaryFolder _folder = new();

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
    public void A_template_of_other_prompts_is_noted_and_LLaVAs_own_is_not(string file, Func<string, string> write)
    {
        _folder.Write(file, write(Other));
        var note = Assert.Single(ChatTemplate.Note(_folder.Path));
        Assert.Contains(file, note);
        Assert.Contains("not followed", note);
        _folder.Write(file, write(Llava));
        Assert.Empty(ChatTemplate.Note(_folder.Path));
    }

    [Fact]
    public void A_folder_without_a_template_is_not_worth_a_word() => Assert.Empty(ChatTemplate.Note(_folder.Path));

    private static string InJson(string template) => JsonSerializer.Serialize(new { chat_template = template });
}
