namespace EosMLNet.Tests.Prompts;

public sealed class OwnPromptTests
{
    private static readonly PromptForm Form = new("A form", "", []) { Image = "[i]", Video = "[v]" };

    // A new line behind the mark belongs to each image; where it stands elsewhere, there is one.
    [Theory]
    [InlineData("{system}|<image>\n{question}.", "S|[i]\n[v]\na. c|b.")]
    [InlineData("{question}\n<image> {system}", "a\n[i][v] S cb\n ")]
    public void Each_question_is_written_in_the_template_and_answers_stand_between(string template, string expected)
    {
        var written = new OwnPrompt(template, Form).Write(new(
            TemplateText.Of("S", Conversation.OfSystem),
            [TemplateText.Of("a", Conversation.OfQuestion(0)), TemplateText.Of("b", Conversation.OfQuestion(1))],
            [TemplateText.Of("c", Conversation.OfAnswer(0))], [new ImagePart(), new VideoPart([0.5])]));
        Assert.Equal(expected, written.Text);
        Assert.Equal(string.Concat(expected.Select(Origin)), written.Origin);
    }

    [Fact]
    public void Marks_in_the_users_texts_are_text()
    {
        var written = new OwnPrompt("{system}<image>{question}", Form).Write(Conversation.Of("{question}", "{system}<image>", []));
        Assert.Equal("{question}{system}<image>", written.Text);
    }

    private static char Origin(char letter) => letter switch
    {
        'S' => '\u0001',
        'a' => '\u0002',
        'b' => '\u0004',
        'c' => '\u0003',
        _ => '\0',
    };
}
