import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * The security headers of every answer. The console needs neither inline code nor another origin; images may be data
 * URIs because its components use a few.
 */
export const securityHeaders = (): RequestHandler[] => [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // X-Frame-Options says to old browsers what frame-ancestors says to the others.
    xFrameOptions: { action: 'deny' },
    // Served over plain HTTP on loopback: a promise to use HTTPS would lock the user out.
    strictTransportSecurity: false,
  }),
  (_request, response, next) => {
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    // Data and errors are nobody's to keep; static assets say otherwise for themselves.
    response.setHeader('Cache-Control', 'no-store');
    next();
  },
];
