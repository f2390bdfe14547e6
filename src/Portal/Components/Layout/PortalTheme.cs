using MudBlazor;

namespace Portal.Components.Layout;

/// <summary>
/// The theme. It reaches the browser as <c>wwwroot/theme.css</c>, since the library's own provider writes a style element, which the
/// content security policy forbids; a test holds the file against this class.
/// </summary>
public static class PortalTheme
{
    private static readonly string[] Fonts =
    [
        "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial",
        "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif",
    ];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1f5fbf",
            PrimaryContrastText = "#ffffff",
            Secondary = "#5a3fb0",
            SecondaryContrastText = "#ffffff",
            Tertiary = "#0f6b6b",
            TertiaryContrastText = "#ffffff",
            Info = "#0b6398",
            Success = "#1b6e38",
            Warning = "#8a5200",
            Error = "#b3261e",
            Dark = "#1b2430",
            Background = "#f5f6f8",
            BackgroundGray = "#eceef2",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b2430",
            DrawerBackground = "#ffffff",
            DrawerText = "#1b2430",
            DrawerIcon = "#4a5564",
            TextPrimary = "#1b2430",
            TextSecondary = "#4a5564",
            TextDisabled = "#767f8c",
            ActionDefault = "#4a5564",
            ActionDisabled = "#8a93a0",
            ActionDisabledBackground = "#e3e6eb",
            LinesDefault = "#dde1e7",
            LinesInputs = "#7d8794",
            TableLines = "#e6e9ee",
            TableStriped = "#f8f9fb",
            TableHover = "#eef3fb",
            Divider = "#dde1e7",
            DividerLight = "#eceef2",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#86b4ff",
            PrimaryContrastText = "#0b1a30",
            Secondary = "#bda8ff",
            SecondaryContrastText = "#1b1138",
            Tertiary = "#76d1cf",
            TertiaryContrastText = "#06201f",
            Info = "#7cc0f2",
            InfoContrastText = "#06202f",
            Success = "#79d094",
            SuccessContrastText = "#06210f",
            Warning = "#e8bb55",
            WarningContrastText = "#2a1c00",
            Error = "#ff958c",
            ErrorContrastText = "#3a0703",
            Dark = "#d5dbe4",
            DarkContrastText = "#11161d",
            Background = "#11161d",
            BackgroundGray = "#0d1117",
            Surface = "#19212b",
            AppbarBackground = "#19212b",
            AppbarText = "#e6eaf0",
            DrawerBackground = "#19212b",
            DrawerText = "#e6eaf0",
            DrawerIcon = "#aab5c3",
            TextPrimary = "#e6eaf0",
            TextSecondary = "#aab5c3",
            TextDisabled = "#7d8794",
            ActionDefault = "#aab5c3",
            ActionDisabled = "#667180",
            ActionDisabledBackground = "#2a3340",
            LinesDefault = "#2e3947",
            LinesInputs = "#7d8794",
            TableLines = "#283240",
            TableStriped = "#1c2530",
            TableHover = "#22303f",
            Divider = "#2e3947",
            DividerLight = "#222b37",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", AppbarHeight = "52px", DrawerWidthLeft = "208px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            H1 = new H1Typography { FontFamily = Fonts, FontSize = "1.375rem", FontWeight = "600", LineHeight = "1.3", LetterSpacing = "normal" },
            H2 = new H2Typography { FontFamily = Fonts, FontSize = "1.0625rem", FontWeight = "600", LineHeight = "1.35", LetterSpacing = "normal" },
            H3 = new H3Typography { FontFamily = Fonts, FontSize = ".9375rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H4 = new H4Typography { FontFamily = Fonts, FontSize = "1.375rem", FontWeight = "600", LineHeight = "1.3", LetterSpacing = "normal" },
            H5 = new H5Typography { FontFamily = Fonts, FontSize = "1.125rem", FontWeight = "600", LineHeight = "1.35", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Fonts, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Fonts, FontSize = ".9375rem", FontWeight = "500", LineHeight = "1.5", LetterSpacing = "normal" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Fonts, FontSize = ".875rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Fonts, FontSize = ".875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Fonts, FontSize = ".8125rem", LineHeight = "1.45", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Fonts, FontSize = ".8125rem", FontWeight = "600", LineHeight = "1.6", LetterSpacing = "normal", TextTransform = "none" },
            Caption = new CaptionTypography { FontFamily = Fonts, FontSize = ".75rem", LineHeight = "1.45", LetterSpacing = "normal" },
            Overline = new OverlineTypography { FontFamily = Fonts, FontSize = ".75rem", LineHeight = "1.45", LetterSpacing = "normal", TextTransform = "none" },
        },
    };
}
