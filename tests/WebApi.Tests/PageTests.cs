using Microsoft.Playwright;

namespace WebApi.Tests;

/// <summary>The page, in Chromium.</summary>
public sealed class PageTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Darkness = "() => { const c = document.getElementById('view'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let sum = 0; " +
        "for (let i = 0; i < d.length; i += 4) sum += d[i] + d[i + 1] + d[i + 2]; return sum / d.length; }";

    private readonly RunningApi api = shared.Api;

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere()
    {
        var page = await api.Client.GetStringAsync("/");
        Assert.Contains("<canvas", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    // With WEBAPI_SCREENSHOT=FILE it leaves a picture for the README.
    [BrowserFact]
    public async Task A_picture_is_dropped_asked_about_and_shown_with_its_kept_tokens()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserFactAttribute.Chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 920, Height = 620 } });
        var faults = new List<string>();
        page.PageError += (_, error) => faults.Add(error);
        await page.GotoAsync(api.App.Urls.Single());
        Assert.True(await page.Locator("#ask").IsDisabledAsync());

        var (asked, answer) = (RunningApi.Questions[5], api.Alone(6)[5]);
        var dropped = await page.EvaluateHandleAsync(
            "bytes => { const data = new DataTransfer(); data.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], 'scene.png', { type: 'image/png' })); return data; }",
            Convert.ToBase64String(asked.Picture));
        await page.DispatchEventAsync("#drop", "drop", new { dataTransfer = dropped });
        await page.WaitForFunctionAsync("() => !document.getElementById('ask').disabled");
        var bright = await page.EvaluateAsync<double>(Darkness);
        await page.FillAsync("#question", asked.Question);
        await page.ClickAsync("#ask");
        await page.WaitForFunctionAsync("() => document.getElementById('facts').textContent.includes('visual tokens')");
        Assert.Equal(answer, await page.InnerTextAsync("#answer"));
        Assert.Contains("of 144 visual tokens reach the last layer", await page.InnerTextAsync("#facts"), StringComparison.Ordinal);
        Assert.InRange(await page.EvaluateAsync<double>(Darkness), 0, bright * 0.8); // dropped tokens are dark
        if (Environment.GetEnvironmentVariable("WEBAPI_SCREENSHOT") is { Length: > 0 } file)
            await page.ScreenshotAsync(new() { Path = file });
        await page.UncheckAsync("#show");
        Assert.Equal(bright, await page.EvaluateAsync<double>(Darkness), 1e-9);

        await page.FillAsync("#question", "<image> or <image>");
        await page.ClickAsync("#ask");
        await page.WaitForFunctionAsync("() => document.getElementById('answer').classList.contains('error')");
        Assert.StartsWith("EOS1015", await page.InnerTextAsync("#answer"), StringComparison.Ordinal);
        Assert.Empty(faults);
    }
}
