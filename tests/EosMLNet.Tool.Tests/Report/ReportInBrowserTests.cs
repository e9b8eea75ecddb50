using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace EosMLNet.Tool.Tests.Report;

/// <summary>A report in Chromium, as people see it.</summary>
public sealed class ReportInBrowserTests(TinyModel tiny) : IClassFixture<TinyModel>, IAsyncLifetime
{
    private const string Alert = "<script>alert(1)</script>";

    private IPlaywright? playwright;
    private IBrowser browser = null!;

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Chromium is null)
            return;
        if (!File.Exists(tiny["browser.html"]))
            await Write();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserFactAttribute.Chromium, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (playwright is null)
            return;
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    // With REPORT_SCREENSHOTS=FOLDER it leaves pictures for the documents, with REPORT_FILE=FILE of another report.
    [BrowserFact]
    public async Task It_draws_fits_every_width_is_accessible_and_asks_nobody()
    {
        foreach (var (width, scheme) in new[] { (1200, ColorScheme.Light), (768, ColorScheme.Light), (360, ColorScheme.Dark) })
        {
            var faults = new List<string>();
            var page = await Opened(width, scheme, faults);
            Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
            foreach (var chart in new[] { "cost", "methods", "families", "layers", "latency", "search" })
                Assert.True(await page.Locator($"#chart-{chart} svg.main-svg").CountAsync() > 0, $"{chart} is not drawn at {width} pixels");
            Assert.Empty(faults);
            if (Environment.GetEnvironmentVariable("REPORT_SCREENSHOTS") is { Length: > 0 } folder)
            {
                await page.EvaluateAsync("id => document.getElementById(id)?.scrollIntoView({ behavior: 'instant' })", width == 1200 ? "top" : width == 768 ? "plan" : "pictures");
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"report-{width}.png") });
                if (width == 1200)
                {
                    await page.FillAsync("#pictures-layer", "0");
                    await page.Locator("#pictures .card").First.ScreenshotAsync(new() { Path = Path.Combine(folder, "report-tokens.png") });
                }
            }
            if (width == 768)
                continue;
            var found = await page.RunAxe();
            Assert.NotEmpty(found.Passes);
            Assert.True(found.Violations.Length == 0, string.Join("; ", found.Violations.Select(fault => $"{fault.Impact} {fault.Id}: {fault.Nodes[0].Html}")));
        }
    }

    [BrowserFact]
    public async Task The_slider_goes_through_the_layers_by_keyboard_and_says_what_they_see()
    {
        var faults = new List<string>();
        var page = await Opened(900, ColorScheme.Light, faults);
        var (slider, canvas, caption) = (page.Locator("#pictures-layer"), page.Locator("#pictures canvas").First, page.Locator("#pictures figcaption").First);
        Assert.Equal("Layer 3: 6 of 16 tokens kept, 0 merged into them, 10 dropped.", await caption.InnerTextAsync());
        var reduced = await Brightness(canvas);
        await slider.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        Assert.Equal("before the decoder: all tokens", await slider.GetAttributeAsync("aria-valuetext"));
        Assert.Equal("Before the decoder: all tokens.", await caption.InnerTextAsync());
        Assert.InRange(reduced, 0, await Brightness(canvas) * 0.8); // dropped tokens are dark
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.StartsWith("0: 6 tokens enter it", await slider.GetAttributeAsync("aria-valuetext"), StringComparison.Ordinal);
        Assert.Contains("6 of 16 tokens kept", await canvas.GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        await page.UncheckAsync("#pictures-draw");
        Assert.Contains("Tokens are not drawn", await canvas.GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        Assert.Empty(faults);
    }

    [BrowserFact]
    public async Task Hostile_text_is_shown_as_it_is_and_does_nothing()
    {
        var faults = new List<string>();
        var page = await Opened(900, ColorScheme.Light, faults);
        Assert.Contains(Alert, await page.Locator("#pictures h3").AllInnerTextsAsync());
        Assert.Empty(faults);
        // Were a text to become a script after all, the page would not run it.
        await page.EvaluateAsync("() => { const own = document.createElement('script'); own.textContent = 'window.foreign = true'; document.body.append(own); }");
        Assert.False(await page.EvaluateAsync<bool>("() => window.foreign === true"));
    }

    private async Task Write()
    {
        var rows = File.ReadAllLines(tiny.Table).ToList();
        rows[1] = $"{Alert}\t0.png\tred\t{Alert}";
        rows[2] = $"{Alert}\t0.png\tred\t{Alert}";
        File.WriteAllLines(tiny["browser.tsv"], rows);
        File.WriteAllText(tiny["search.json"], """{"report": {"losses": [0.75, 0.5, 0.25]}}""");
        var run = await EosRun.Of("report", "--model", tiny.Model, "--data", tiny["browser.tsv"], "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "3", "--plan", tiny.Plan(6),
            "--presets", "stride,tome", "--latency-rounds", "1", "--search", tiny["search.json"], "--output", tiny["browser.html"]);
        run.MustSucceed();
    }

    // What goes wrong in the page, and whatever it asks for beside itself, is a fault.
    private async Task<IPage> Opened(int width, ColorScheme scheme, List<string> faults)
    {
        var file = new Uri(Environment.GetEnvironmentVariable("REPORT_FILE") is { Length: > 0 } other ? other : tiny["browser.html"]).AbsoluteUri;
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 960 }, ColorScheme = scheme });
        page.PageError += (_, error) => faults.Add(error);
        page.Dialog += (_, dialog) => faults.Add(dialog.Message);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal) && request.Url != file)
                faults.Add(request.Url);
        };
        await page.GotoAsync(file);
        await page.WaitForFunctionAsync("() => document.querySelectorAll('svg.main-svg').length > 0");
        return page;
    }

    private static Task<double> Brightness(ILocator canvas) => canvas.EvaluateAsync<double>(
        "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let sum = 0; for (let i = 0; i < d.length; i += 4) sum += d[i] + d[i + 1] + d[i + 2]; return sum / d.length; }");
}
