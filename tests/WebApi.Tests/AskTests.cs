using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace WebApi.Tests;

/// <summary>Questions, right and wrong ones, to a server that goes on.</summary>
public sealed class AskTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly RunningApi api = shared.Api;

    [Fact]
    public void There_is_no_torch_in_the_output() => Assert.DoesNotContain(
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories), file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public async Task Answers_of_64_at_once_are_those_of_each_alone()
    {
        var together = await Task.WhenAll(RunningApi.Questions.Select(api.AnswerAsync));
        Assert.Equal(api.Alone(64), together);
        Assert.True(RunningApi.Questions.Zip(together).Count(pair => pair.First.Truth == pair.Second) > 32); // and mostly right
    }

    [Fact]
    public async Task A_streamed_answer_tells_what_is_kept_then_the_text_then_the_whole()
    {
        using var response = await api.PostAsync(RunningApi.Questions[0], "ask/stream");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Trim().Split("\n\n").Select(part => part.Split('\n'))
            .Select(lines => (Name: lines[0]["event: ".Length..], Data: JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement)).ToArray();
        Assert.Equal(["kept", "text", "done"], events.Select(one => one.Name).Distinct());
        var done = events[^1].Data;
        Assert.Equal(api.Alone(1)[0], done.GetProperty("answer").GetString());
        Assert.Equal(done.GetProperty("answer").GetString(), string.Concat(events.Where(one => one.Name == "text").Select(one => one.Data.GetProperty("text").GetString())));
        var kept = events[0].Data[0];
        Assert.Equal((12, 12, "Square"), (kept.GetProperty("rows").GetInt32(), kept.GetProperty("columns").GetInt32(), kept.GetProperty("padding").GetString()));
        double[][] tokens = [.. kept.GetProperty("tokens").EnumerateArray().Select(token => token.Deserialize<double[]>()!)];
        Assert.Equal(Enumerable.Range(0, 144).Select(i => (i / 12, i % 12)), tokens.Select(token => ((int)token[0], (int)token[1])));
        Assert.Equal(done.GetProperty("visualTokensKept").GetInt32(), tokens.Count(token => token[2] == 1));
        Assert.Equal(48 * 6, (int)Math.Round(tokens.Sum(token => token[2] * 6))); // the plan's budget: 48 tokens in the mean of six layers
    }

    [Fact]
    public async Task A_form_that_is_larger_than_allowed_is_413()
    {
        await AssertRefused(HttpStatusCode.RequestEntityTooLarge, null, "100000", [new byte[200_000]], "what number is written");
        Assert.Equal(api.Alone(1)[0], await api.AnswerAsync(RunningApi.Questions[0]));
    }

    [Fact]
    public async Task A_picture_bomb_is_413_and_is_not_decoded()
    {
        var bomb = Png(60_000, 60_000);
        Assert.True(bomb.Length < 5000);
        var before = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        await AssertRefused(HttpStatusCode.RequestEntityTooLarge, null, "60000 x 60000", [bomb], "what number is written");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100_000_000);                        // decoded it has 14 GB
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_file_that_is_no_whole_picture_is_400()
    {
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1010", "no known image format", ["no picture"u8.ToArray()], "what number is written");
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1010", "empty", [[]], "what number is written");
        var cut = RunningApi.Questions[0].Picture[..^2000];
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1010", "cannot be decoded", [cut], "what number is written");
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1010", "cannot be decoded", [Png(100, 100)], "what number is written"); // no pixels behind the header
    }

    [Fact]
    public async Task A_question_that_cannot_be_asked_is_400()
    {
        byte[][] one = [RunningApi.Questions[0].Picture];
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1013", "0 characters", one, "");
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1013", "0 characters", one, null);
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1013", "1001 characters", one, new string('a', 1001));
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1015", "2 <image>", one, "<image> or <image>");
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1015", "512", one, string.Join(' ', Enumerable.Repeat("q7", 330)));
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1013", "0 pictures", [], "what number is written");
        await AssertRefused(HttpStatusCode.BadRequest, "EOS1013", "5 pictures", [.. Enumerable.Repeat(one[0], 5)], "what number is written");
    }

    [Theory]
    [InlineData("ask", "no boundary anywhere")]
    [InlineData("ask/stream", "--x\r\nContent-Disposition: form-data; name=\"question\"\r\n\r\nwhat")]
    public async Task A_form_that_ends_too_soon_is_400(string address, string body)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.Add("Content-Type", "multipart/form-data; boundary=x");
        using var response = await api.Client.PostAsync(address, content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("The form cannot be read", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_form_is_415_and_a_number_out_of_range_400()
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await api.Client.PostAsync("ask", JsonContent.Create(new { question = "what" }))).StatusCode);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(RunningApi.Questions[0].Picture), "image", "a.png" }, { new StringContent("what number is written"), "question" }, { new StringContent("9"), "maxNewTokens" },
        };
        using var response = await api.Client.PostAsync("ask", form);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("expected 1 to 8", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_is_ready_and_tells_its_metrics()
    {
        await api.AnswerAsync(RunningApi.Questions[0]);
        foreach (var path in (string[])["health/live", "health/ready"])
            Assert.Equal("Healthy", await api.Client.GetStringAsync(path));
        await Task.Delay(400); // a scrape is remembered for a while
        var metrics = await api.Client.GetStringAsync("metrics");
        Assert.All(["eos_queue_length", "eos_batch_size", "eos_tokens", "eos_queue_wait_seconds", "eos_answer_duration_seconds", "http_server_request_duration"],
            name => Assert.Contains($"{name}", metrics, StringComparison.Ordinal));
    }

    // Both ways refuse alike, and the stream before it begins.
    private async Task AssertRefused(HttpStatusCode status, string? code, string detail, byte[][] pictures, string? question)
    {
        foreach (var path in (string[])["ask", "ask/stream"])
        {
            using var response = await api.PostAsync(path, pictures, question);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{path}: {response.StatusCode} {text}");
            var problem = JsonDocument.Parse(text).RootElement;
            Assert.Equal(code, problem.GetProperty("code").GetString());
            Assert.Contains(detail, problem.GetProperty("detail").GetString()!, StringComparison.Ordinal);
        }
    }

    // A header that claims a size, and a few zeros.
    private static byte[] Png(int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([137, 80, 78, 71, 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        Chunk("IHDR"u8, header);
        using var zeros = new MemoryStream();
        using (var deflated = new ZLibStream(zeros, CompressionLevel.Optimal, leaveOpen: true))
            deflated.Write(new byte[1000]);
        Chunk("IDAT"u8, zeros.ToArray());
        Chunk("IEND"u8, []);
        return file.ToArray();

        void Chunk(ReadOnlySpan<byte> type, byte[] data)
        {
            var number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            file.Write(number);
            byte[] body = [.. type, .. data];
            file.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
            file.Write(number);
        }

        static uint Crc(byte[] data)
        {
            var crc = uint.MaxValue;
            foreach (var each in data)
            {
                crc ^= each;
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }
            return ~crc;
        }
    }
}
